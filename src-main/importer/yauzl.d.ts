declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  /** What of yauzl is used here; the package has no types. */
  export interface Entry {
    fileName: string
    uncompressedSize: number
    externalFileAttributes: number
    isEncrypted: () => boolean
    canDecodeFileData: () => boolean
  }
  export interface ZipFile {
    entryCount: number
    eachEntry: () => AsyncIterableIterator<Entry>
    /** The stream fails where an entry has other bytes than it declares. */
    openReadStreamPromise: (entry: Entry) => Promise<Readable>
    close: () => void
  }
  const yauzl: {
    /** Refuses, when its entries are read, names that are absolute or lead upwards. */
    openPromise: (path: string, options: { autoClose: boolean }) => Promise<ZipFile>
  }
  export default yauzl
}

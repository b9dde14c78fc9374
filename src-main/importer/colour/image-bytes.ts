import { open, readFile } from 'node:fs/promises'

/** The bytes of an image file for reading its headers: the first are in memory, later ones are read on demand. */
export interface ImageBytes {
  readonly path: string
  readonly head: Buffer
  /** The head is the whole file. */
  readonly whole: boolean
}

/** The decoder's input: the bytes of a small file, or the path of a large one. */
export function decoderInput(bytes: ImageBytes): Buffer | string {
  return bytes.whole ? bytes.head : bytes.path
}

/** `length` bytes from `offset`, fewer where the file ends. */
export async function bytesAt(bytes: ImageBytes, offset: number, length: number): Promise<Buffer> {
  if (bytes.whole || offset + length <= bytes.head.length) return bytes.head.subarray(offset, offset + length)
  if (!Number.isSafeInteger(offset + length)) return Buffer.alloc(0)
  const file = await open(bytes.path, 'r')
  try {
    const piece = Buffer.alloc(length)
    const { bytesRead } = await file.read(piece, 0, length, offset)
    return piece.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** A copy of the whole file, to be changed before it is decoded. */
export async function copyOf(bytes: ImageBytes): Promise<Buffer> {
  return bytes.whole ? Buffer.from(bytes.head) : await readFile(bytes.path)
}

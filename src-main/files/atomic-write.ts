import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { processTag } from './process-identity.ts'
import { removeAbandoned } from './abandoned.ts'

/**
 * Writes a file so that it is there whole or not at all: a temporary name beside it, synced, renamed, and the folder
 * synced, so that a power cut leaves the old file or the new one. What processes that were killed in the midst of this
 * have left in the folder is removed.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  await tidyOnce(dirname(path))
  await writeWhole(path, bytes)
}

async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${temporaryPath(path)}-${randomBytes(4).toString('hex')}.part`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
  await syncFolder(dirname(path))
}

/** A name for this process alone, beside the lasting one and short enough where that is as long as names may be. */
const temporaryPath = (path: string): string =>
  join(dirname(path), `.${Array.from(basename(path)).slice(0, 32).join('')}.${processTag()}`)

const tidied = new Set<string>()

/** Once a process is enough: what it leaves itself, it removes itself. */
async function tidyOnce(folder: string): Promise<void> {
  if (tidied.has(folder)) return
  tidied.add(folder)
  await removeAbandoned(folder)
}

/** What goes into a folder, by file name. */
export type FolderFiles = Record<string, Uint8Array | string>

/** Writes a new folder with files so that it is there whole or not at all. The one it is in is made where it is lacking. */
export async function writeFolderAtomically(path: string, files: FolderFiles): Promise<void> {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true })
  await tidyOnce(parent)
  const temporary = await mkdtemp(`${temporaryPath(path)}-`)
  try {
    for (const [name, content] of Object.entries(files)) await writeWhole(join(temporary, name), content)
    // Folders for a moment are made for their owner alone.
    await chmod(temporary, 0o755)
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true })
    throw thrown
  }
  await syncFolder(parent)
}

/** Makes renames in a folder survive a power cut; Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Hex sha256 of bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that may still be written to the disk that a folder is on. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Bytes of all files below a folder; 0 when it is not there. */
export async function folderBytes(path: string): Promise<number> {
  let entries
  try {
    entries = await readdir(path, { withFileTypes: true, recursive: true })
  } catch {
    return 0
  }
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          // Gone since the folder was read.
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

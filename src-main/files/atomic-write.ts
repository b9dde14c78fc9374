import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import pMap from 'p-map'
import { processTag } from './process-identity.ts'
import { removeAbandoned } from './abandoned.ts'

/**
 * Writes a file completely or not at all: under a temporary name beside it, synced, renamed, and the folder synced, so
 * that a power cut leaves the old file or the new one. Removes the temporary files of killed processes in the folder.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  await cleanOnce(dirname(path))
  await writeAndRename(path, bytes)
  await syncFolder(dirname(path))
}

/** Files written at the same time: as many as one part of a large answer has, few enough for any limit of open files. */
const maxFilesAtOnce = 256

/**
 * Writes files of one folder, each as `writeFileAtomically` does, many at the same time; the folder is synced once at the
 * end. `bytesOf` makes the contents of a file when its turn comes.
 */
export async function writeFilesAtomically(
  folder: string,
  names: string[],
  bytesOf: (index: number) => Uint8Array | string,
): Promise<void> {
  await cleanOnce(folder)
  const write = (name: string, index: number) => writeAndRename(join(folder, name), bytesOf(index))
  await pMap(names, write, { concurrency: maxFilesAtOnce })
  await syncFolder(folder)
}

/** The folder is not synced. */
async function writeAndRename(path: string, bytes: Uint8Array | string): Promise<void> {
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
}

/** A temporary name for this process beside the final one, shortened to fit the limit of file names. */
const temporaryPath = (path: string): string =>
  join(dirname(path), `.${Array.from(basename(path)).slice(0, 32).join('')}.${processTag()}`)

const cleanedFolders = new Set<string>()

/** Removes abandoned files once per process: this process removes its own. */
async function cleanOnce(folder: string): Promise<void> {
  if (cleanedFolders.has(folder)) return
  cleanedFolders.add(folder)
  await removeAbandoned(folder)
}

/** The contents of a folder by file name. */
export type FolderFiles = Record<string, Uint8Array | string>

/** Writes a new folder with files completely or not at all. Creates its parent folder if necessary. */
export async function writeFolderAtomically(path: string, files: FolderFiles): Promise<void> {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true })
  await cleanOnce(parent)
  const temporary = await mkdtemp(`${temporaryPath(path)}-`)
  try {
    for (const [name, content] of Object.entries(files)) await writeAndRename(join(temporary, name), content)
    await syncFolder(temporary)
    // mkdtemp creates folders for their owner only.
    await chmod(temporary, 0o755)
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true })
    throw thrown
  }
  await syncFolder(parent)
}

/** Makes renames in a folder survive a power cut; not available on Windows. */
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

/** Free bytes on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Bytes of all files below a folder; 0 when it does not exist. */
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
          // Deleted since the folder was read.
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file so that it is there whole or not at all: a temporary name beside it, synced, renamed, and the folder
 * synced, so that a power cut leaves the old file or the new one.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`)
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

/** What goes into a folder, by file name. */
export type FolderFiles = Record<string, Uint8Array | string>

/** Writes a new folder with files so that it is there whole or not at all. The one it is in is made where it is lacking. */
export async function writeFolderAtomically(path: string, files: FolderFiles): Promise<void> {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true })
  const temporary = await mkdtemp(join(parent, `.${basename(path)}.`))
  try {
    for (const [name, content] of Object.entries(files))
      await writeFileAtomically(join(temporary, name), content)
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

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** Removes what processes that are no more have left half done: `named` finds a process's id in a name. */
export async function removeAbandoned(folder: string, named: RegExp): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(named.exec(name)?.[1])
    if (Number.isNaN(pid) || isAlive(pid)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

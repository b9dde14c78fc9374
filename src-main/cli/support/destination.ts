import { access, constants, lstat, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { freeBytes } from '../../files/atomic-write.ts'
import { writeError, writing } from '../../files/write-errors.ts'

export { writing }

/** Minimum free disk space to start with. */
const minFreeBytes = 1_000_000

/** What a command writes to a path: files in a folder, one file, or a folder that must not exist yet. */
export type DestinationKind = 'folder' | 'file' | 'new-folder'

/**
 * Checks that a command can write its result before the work begins; creates nothing.
 * @throws FlowerbedError `bad-input` for an obstacle, `conflict` for a new folder that exists, `no-space`
 */
export async function checkDestination(path: string, kind: DestinationKind): Promise<void> {
  await writing(path, async () => {
    const found = await typeOf(path)
    if (found === 'folder' && kind === 'file') throw writeError('EISDIR', path)
    if (found === 'file' && kind !== 'file') throw writeError('EEXIST', path)
    if (found === 'folder' && kind === 'new-folder') {
      throw new FlowerbedError('conflict', errorText('files.folderExists'), { where: path })
    }
    const folder = found === 'folder' ? path : await nearestFolder(dirname(path))
    await access(folder, constants.W_OK | constants.X_OK)
    if ((await freeBytes(folder)) < minFreeBytes) throw writeError('ENOSPC', path)
  })
}

async function typeOf(path: string): Promise<'folder' | 'file' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOTDIR') return null
    if (code !== 'ENOENT') throw thrown
    // A dangling link is an obstacle, too.
    if (await lstat(path).catch(() => null)) throw thrown
    return null
  }
}

/** The nearest existing parent folder: those between it and the path can be created. */
async function nearestFolder(from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = await typeOf(folder)
    if (found === 'folder') return folder
    if (found === 'file') throw writeError('EEXIST', folder)
    if (dirname(folder) === folder) throw writeError('ENOENT', folder)
  }
}

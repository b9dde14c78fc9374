import { access, constants, lstat, stat } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { FlowerbedError } from '#shared/errors.ts'
import type { ErrorKind } from '#shared/errors.ts'
import { freeBytes } from '../../files/atomic-write.ts'

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
    if (found === 'folder' && kind === 'file') throw problem('EISDIR', path)
    if (found === 'file' && kind !== 'file') throw problem('EEXIST', path)
    if (found === 'folder' && kind === 'new-folder') {
      throw new FlowerbedError('conflict', 'This folder exists already, and nothing is overwritten.', {
        where: path,
        hint: 'Name a new folder.',
      })
    }
    const folder = found === 'folder' ? path : await nearestFolder(dirname(path))
    await access(folder, constants.W_OK | constants.X_OK)
    if ((await freeBytes(folder)) < minFreeBytes) throw problem('ENOSPC', path)
  })
}

/** Writes a result; turns system errors into a FlowerbedError that names the path. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (thrown) {
    throw isAbout(thrown, path) ? problem(thrown.code ?? '', path, thrown) : thrown
  }
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
    if (found === 'file') throw problem('EEXIST', folder)
    if (dirname(folder) === folder) throw problem('ENOENT', folder)
  }
}

const problems: Record<string, { kind: ErrorKind; message: string; hint: string }> = {
  ...sameFor(['EEXIST', 'ENOTDIR'], {
    kind: 'bad-input',
    message: 'There is a file where a folder is needed.',
    hint: 'Choose another folder, or move the file aside.',
  }),
  EISDIR: {
    kind: 'bad-input',
    message: 'There is a folder where a file is needed.',
    hint: 'Add the name of a file to it.',
  },
  ...sameFor(['EACCES', 'EPERM'], {
    kind: 'bad-input',
    message: 'There is no permission to write here.',
    hint: 'Choose a folder you may write to.',
  }),
  EROFS: {
    kind: 'bad-input',
    message: 'This disk can only be read.',
    hint: 'Choose a folder you may write to.',
  },
  ...sameFor(['ENOSPC', 'EDQUOT', 'EFBIG'], {
    kind: 'no-space',
    message: 'There is no space left to write here.',
    hint: 'Free some, or choose a folder on another disk. No incomplete file was left.',
  }),
  ENAMETOOLONG: { kind: 'bad-input', message: 'This name is too long.', hint: 'Choose a shorter one.' },
  ELOOP: { kind: 'bad-input', message: 'This link leads to itself.', hint: 'Choose another path.' },
  ENOENT: { kind: 'bad-input', message: 'This path does not exist.', hint: 'Choose another path.' },
}

function sameFor<T>(codes: string[], value: T): Record<string, T> {
  return Object.fromEntries(codes.map((code) => [code, value]))
}

function problem(code: string, where: string, cause?: unknown): FlowerbedError {
  const { kind, message, hint } = problems[code] ?? {
    kind: 'unavailable',
    message: `This cannot be written (${code}).`,
    hint: 'Choose another path.',
  }
  return new FlowerbedError(kind, message, { where, hint, cause })
}

/** Whether a system error is about this path or one in it; errors of an open file name no path. */
function isAbout(thrown: unknown, path: string): thrown is NodeJS.ErrnoException {
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return false
  const { path: about } = thrown as NodeJS.ErrnoException
  return about === undefined || !relative(dirname(path), about).startsWith('..') || path.startsWith(about)
}

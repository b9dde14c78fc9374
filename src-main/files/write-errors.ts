import { dirname, relative } from 'node:path'
import { FlowerbedError } from '#shared/errors.ts'
import type { ErrorKind } from '#shared/errors.ts'

/** Writes something to a path; turns system errors about it into a FlowerbedError that names the path. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (thrown) {
    throw isAbout(thrown, path) ? writeError(thrown.code ?? '', path, thrown) : thrown
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

/** Why a path cannot be written, by the code of the system. */
export function writeError(code: string, where: string, cause?: unknown): FlowerbedError {
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

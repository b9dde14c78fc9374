import { dirname, relative } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
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

const problems: Record<string, { kind: ErrorKind; text: ErrorText }> = {
  ...sameFor(['EEXIST', 'ENOTDIR'], { kind: 'bad-input', text: errorText('write.fileInTheWay') }),
  EISDIR: { kind: 'bad-input', text: errorText('write.folderInTheWay') },
  ...sameFor(['EACCES', 'EPERM'], { kind: 'bad-input', text: errorText('write.notAllowed') }),
  EROFS: { kind: 'bad-input', text: errorText('write.readOnly') },
  ...sameFor(['ENOSPC', 'EDQUOT', 'EFBIG'], { kind: 'no-space', text: errorText('write.noSpace') }),
  ENAMETOOLONG: { kind: 'bad-input', text: errorText('write.nameTooLong') },
  ELOOP: { kind: 'bad-input', text: errorText('write.linkLoop') },
  ENOENT: { kind: 'bad-input', text: errorText('write.noSuchPath') },
}

function sameFor<T>(codes: string[], value: T): Record<string, T> {
  return Object.fromEntries(codes.map((code) => [code, value]))
}

/** Why a path cannot be written, by the code of the system. */
export function writeError(code: string, where: string, cause?: unknown): FlowerbedError {
  const { kind, text } = problems[code] ?? { kind: 'unavailable', text: errorText('write.failed', { code }) }
  return new FlowerbedError(kind, text, { where, cause })
}

/** Whether a system error is about this path or one in it; errors of an open file name no path. */
function isAbout(thrown: unknown, path: string): thrown is NodeJS.ErrnoException {
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return false
  const { path: about } = thrown as NodeJS.ErrnoException
  return about === undefined || !relative(dirname(path), about).startsWith('..') || path.startsWith(about)
}

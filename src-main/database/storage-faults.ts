import { FlowerbedError } from '#shared/errors.ts'

const systemCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG']
/** Chains of causes are followed this deep. */
const depth = 5

/** Whether something could not be written for a reason outside of it: the disk, or SQLite itself. */
export const isStorageFault = (thrown: unknown): boolean =>
  // From another process it comes without its code.
  (thrown instanceof FlowerbedError && thrown.kind === 'no-space') ||
  codes(thrown).some((code) => code.startsWith('SQLITE_') || systemCodes.includes(code))

/** Whether another process is writing the history at the moment. */
export const isBusyFault = (thrown: unknown): boolean =>
  codes(thrown).some((code) => /^SQLITE_(BUSY|LOCKED)/.test(code))

/** The code of an error and of what caused it. */
function codes(thrown: unknown): string[] {
  const found: string[] = []
  for (let error = thrown, i = 0; error instanceof Error && i < depth; error = error.cause, i++)
    if ('code' in error && typeof error.code === 'string') found.push(error.code)
  return found
}

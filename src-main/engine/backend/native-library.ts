import { constants } from 'node:os'
import { basename } from 'node:path'
import { sha256OfFile } from '../../tensorflow/native-manifest.ts'
import { inspectLibrary } from './elf.ts'
import { failure, loadFailure, otherProcessor } from './load-failure.ts'
import type { LoadAttempt } from './load-failure.ts'

const onLinux = process.platform === 'linux'

// In Electron, TensorFlow must take glibc's malloc and not the one the Electron binary exports, which ends the
// process on requests of a GiB.
const flags = onLinux ? constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND : constants.dlopen.RTLD_NOW

/**
 * Loads a native module and returns what it exports. `libraries` are files that it will load in its turn; a module with
 * another `sha256` than the given one is refused.
 * @throws FlowerbedError that tells why it does not load
 */
export function loadNative(attempt: LoadAttempt & { libraries?: string[]; sha256?: string | null }): object {
  const { path, libraries = [], sha256 = null } = attempt
  if (onLinux) for (const file of [path, ...libraries]) checkLibrary(file, attempt)
  if (sha256 !== null && sha256OfFile(path) !== sha256)
    throw failure(attempt, {
      kind: 'corrupt',
      reason: `${basename(path)} is damaged or belongs to another version of Flowerbed (its checksum differs)`,
      hint: attempt.replace,
    })
  const module = { exports: {} }
  try {
    process.dlopen(module, path, flags)
  } catch (thrown) {
    throw loadFailure(thrown, attempt)
  }
  return module.exports
}

function checkLibrary(file: string, attempt: LoadAttempt): void {
  const state = inspectLibrary(file)
  const told = { ...attempt, path: file }
  switch (state.is) {
    case 'whole':
      return
    case 'truncated':
      throw failure(told, {
        kind: 'corrupt',
        reason: `its file is not whole (${state.bytes} of ${state.expected} bytes)`,
        hint: attempt.replace,
      })
    case 'other-processor':
      throw failure(told, otherProcessor(state.processor, attempt))
    case 'missing':
      throw failure(told, { kind: 'corrupt', reason: 'its file is gone', hint: attempt.replace })
    case 'no-library':
      throw failure(told, { kind: 'corrupt', reason: 'the file is damaged', hint: attempt.replace })
  }
}

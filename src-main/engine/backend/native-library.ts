import { constants } from 'node:os'
import { basename } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { sha256OfFile } from '../../tensorflow/native-manifest.ts'
import { inspectLibrary } from './elf.ts'
import { createLoadError, explainOtherProcessor, toLoadError } from './load-failure.ts'
import type { LoadAttempt } from './load-failure.ts'

const onLinux = process.platform === 'linux'

// In Electron, TensorFlow must use glibc's malloc: the one that Electron's binary exports aborts on requests of a GiB.
const flags = onLinux ? constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND : constants.dlopen.RTLD_NOW

/**
 * Loads a native module and returns its exports. `libraries` are files that it loads itself; a module whose sha256 is not
 * the given one is refused.
 * @throws FlowerbedError that explains why it does not load
 */
export function loadNative(attempt: LoadAttempt & { libraries?: string[]; sha256?: string | null }): object {
  const { path, libraries = [], sha256 = null } = attempt
  if (onLinux) for (const file of [path, ...libraries]) checkLibrary(file, attempt)
  if (sha256 !== null && sha256OfFile(path) !== sha256)
    throw createLoadError(attempt, {
      kind: 'corrupt',
      text: errorText('load.checksum', { file: basename(path), replace: attempt.replace }),
    })
  const module = { exports: {} }
  try {
    process.dlopen(module, path, flags)
  } catch (thrown) {
    throw toLoadError(thrown, attempt)
  }
  return module.exports
}

function checkLibrary(file: string, attempt: LoadAttempt): void {
  const state = inspectLibrary(file)
  const checked = { ...attempt, path: file }
  switch (state.is) {
    case 'intact':
      return
    case 'truncated':
      throw createLoadError(checked, {
        kind: 'corrupt',
        text: errorText('load.truncated', {
          bytes: state.bytes,
          expected: state.expected,
          replace: attempt.replace,
        }),
      })
    case 'other-processor':
      throw createLoadError(checked, explainOtherProcessor(state.processor, attempt))
    case 'missing':
      throw createLoadError(checked, {
        kind: 'corrupt',
        text: errorText('load.fileMissing', { replace: attempt.replace }),
      })
    case 'no-library':
      throw createLoadError(checked, {
        kind: 'corrupt',
        text: errorText('load.damaged', { replace: attempt.replace }),
      })
  }
}

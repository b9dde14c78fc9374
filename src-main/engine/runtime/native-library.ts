import { readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { inspectLibrary } from './elf.ts'
import { failure, loadFailure, otherProcessor } from './load-failure.ts'
import type { LoadAttempt } from './load-failure.ts'

const onLinux = process.platform === 'linux'

// In Electron, TensorFlow must take glibc's malloc and not the one the Electron binary exports, which ends the
// process on requests of a GiB.
const flags = onLinux ? constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND : constants.dlopen.RTLD_NOW

/**
 * Loads a native module with the libraries in `beside`, and returns what it exports.
 * @throws FlowerbedError that tells why it does not load
 */
export function loadNative(attempt: LoadAttempt & { beside?: string | undefined }): object {
  const { path, beside } = attempt
  if (onLinux) for (const file of [path, ...librariesIn(beside)]) checkLibrary(file, attempt)
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

function librariesIn(folder: string | undefined): string[] {
  if (folder === undefined) return []
  try {
    return readdirSync(folder)
      .filter((name) => /\.so(?:\.|$)/.test(name))
      .map((name) => join(folder, name))
  } catch {
    // The loader tells which one is missing.
    return []
  }
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import { resourceFolder } from '../../files/resources.ts'
import type { Kernels } from './tfjs.ts'
import { platformName } from '../../tensorflow/layout.ts'
import { expectedSha256 } from '../../tensorflow/native-manifest.ts'
import { loadNative } from './native-library.ts'

const log = createLogger('kernels')

interface KernelsModule {
  register: (threads: number, newest: boolean) => { instructions: 'avx2' | 'avx512' | null; bf16: boolean }
}

/** For comparing: `off` leaves our own convolutions out, `avx2` leaves newer instructions out. */
const asked = () => process.env['FLOWERBED_KERNELS']

/** Where our own convolutions for this platform are; null without. */
export function kernelsFile(): string | null {
  if (asked() === 'off') return null
  // Not a folder that must be there: without it TensorFlow's own do.
  const path = join(resourceFolder(), 'tensorflow-kernels', platformName, 'flowerbed_kernels.node')
  return existsSync(path) ? path : null
}

/**
 * Makes our own convolutions (`src-main/native/kernels`) known to TensorFlow, whose binding must have been loaded. Null
 * where there are none for this machine; everything then runs on TensorFlow's own, only slower.
 */
export function loadKernels({ threads }: { threads: number }): Kernels | null {
  try {
    const path = kernelsFile()
    if (!path) return null
    // As the binding, so that both find the same TensorFlow and the same allocator.
    const module = loadNative({
      path,
      sha256: expectedSha256(`tensorflow-kernels/${platformName}/flowerbed_kernels.node`),
      name: 'The library of our own convolutions',
      replace: 'Install Flowerbed again.',
    }) as KernelsModule
    const { instructions, bf16 } = module.register(threads, asked() !== 'avx2')
    return instructions ? { instructions, bf16 } : null
  } catch (thrown) {
    const { message, hint = '' } = toFlowerbedError(thrown)
    log.warn('TensorFlow’s own convolutions are used, which are slower:', `${message}. ${hint}`)
    return null
  }
}

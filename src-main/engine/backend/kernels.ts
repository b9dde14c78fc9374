import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
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

/** For comparisons: `off` disables the kernels, `avx2` disables newer instructions. */
const readSetting = () => process.env['FLOWERBED_KERNELS']

/** The file of Flowerbed's kernels for this platform; null where there is none. */
export function findKernelsFile(): string | null {
  if (readSetting() === 'off') return null
  // The file is optional: without it TensorFlow's operations are used.
  const path = join(resourceFolder(), 'tensorflow-kernels', platformName, 'flowerbed_kernels.node')
  return existsSync(path) ? path : null
}

/**
 * Registers Flowerbed's kernels (`src-main/native/kernels`) with TensorFlow, whose binding must have been loaded. Null
 * where there are none for this machine; TensorFlow's slower operations are used then.
 */
export function loadKernels({ threads }: { threads: number }): Kernels | null {
  try {
    const path = findKernelsFile()
    if (!path) return null
    // Loaded like the binding, so that both use the same TensorFlow and the same allocator.
    const module = loadNative({
      path,
      sha256: expectedSha256(`tensorflow-kernels/${platformName}/flowerbed_kernels.node`),
      name: desktopText('load.kernels'),
      replace: errorText('load.installFlowerbed'),
    }) as KernelsModule
    const { instructions, bf16 } = module.register(threads, readSetting() !== 'avx2')
    return instructions ? { instructions, bf16 } : null
  } catch (thrown) {
    const { message, hint = '' } = toFlowerbedError(thrown)
    log.warn('TensorFlow’s slower convolutions are used:', `${message}. ${hint}`)
    return null
  }
}

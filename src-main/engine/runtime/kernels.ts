import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { toFlowerbedError } from '#contract/errors.ts'
import { createLogger } from '../../log.ts'
import { resourceFolder } from '../../resources.ts'
import type { Kernels } from '../compile/backend.ts'
import { platformName } from './layout.ts'

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
 * Makes our own convolutions (`engine/kernels/native`) known to TensorFlow, whose binding must have been loaded. Null
 * where there are none for this machine; everything then runs on TensorFlow's own, only slower.
 */
export function loadKernels({ threads }: { threads: number }): Kernels | null {
  try {
    const path = kernelsFile()
    if (!path) return null
    const module = { exports: {} as KernelsModule }
    // As the binding, so that both find the same TensorFlow and the same allocator.
    process.dlopen(module, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND)
    const { instructions, bf16 } = module.exports.register(threads, asked() !== 'avx2')
    return instructions ? { instructions, bf16 } : null
  } catch (thrown) {
    log.warn('Our own convolutions cannot be used here; TensorFlow’s are:', toFlowerbedError(thrown).message)
    return null
  }
}

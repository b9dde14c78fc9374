import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import { librariesDirectory } from './layout.ts'
import { pinnedRuntime } from './manifest.ts'

/** The GPU and driver that a CUDA build of TensorFlow requires. */
export interface CudaNeeds {
  /** Major version of CUDA. */
  cuda: number
  /** Oldest driver that runs it. */
  driver: string
  /** Minimum compute capability that its kernels and those of cuDNN were compiled for. */
  computeCapability: number
}

/** Oldest drivers by CUDA's major version, from NVIDIA's tables of minor version compatibility. */
const drivers: Record<number, { linux: string; windows: string }> = {
  11: { linux: '450.80.02', windows: '452.39' },
  12: { linux: '525.60.13', windows: '527.41' },
  13: { linux: '580.65.06', windows: '580.88' },
}

/** The TensorFlow 2.9.1 of tfjs-node-gpu, which is used on Windows. */
const packageNeeds = { cuda: 11, computeCapability: 3.5 }

/** The needs of an installed CUDA runtime, or else of the one that would be installed. */
export function cudaNeeds(runtime?: InstalledRuntime, platform = process.platform): CudaNeeds {
  const { cuda, computeCapability } =
    (runtime?.source === 'folder' ? builtFor(runtime) : null) ??
    (runtime?.source === 'package' ? null : pinnedRuntime('cuda')?.needs) ??
    packageNeeds
  const oldest = drivers[cuda]
  return { cuda, computeCapability, driver: oldest?.[platform === 'win32' ? 'windows' : 'linux'] ?? '0' }
}

/** The build information of pip's TensorFlow; null without any. */
function builtFor(runtime: InstalledRuntime): Pick<CudaNeeds, 'cuda' | 'computeCapability'> | null {
  try {
    // The runtime folder links to the user's.
    const library = realpathSync(join(librariesDirectory(runtime.directory), 'libtensorflow_cc.so.2'))
    const text = readFileSync(join(dirname(library), 'python', 'platform', 'build_info.py'), 'utf8')
    const cuda = /'cuda_version', '(\d+)/.exec(text)?.[1]
    const capabilities = [...text.matchAll(/'(?:sm|compute)_(\d+)(\d)'/g)].map(
      ([, major, minor]) => Number(major) + Number(minor) / 10,
    )
    return cuda && capabilities.length > 0
      ? { cuda: Number(cuda), computeCapability: Math.min(...capabilities) }
      : null
  } catch {
    return null
  }
}

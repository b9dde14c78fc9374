import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger } from '../../log.ts'
import { removeOlder } from '../../files/abandoned.ts'
import { processTag } from '../../files/process-identity.ts'
import { cacheDirectory } from '../../tensorflow/layout.ts'
import type { NvidiaGpu } from './nvidia.ts'

const log = createLogger('xla')

/** What XLA makes kernels with; both are in a CUDA toolkit and in the runtime's `cuda_nvcc`. */
const tools = [join('bin', 'ptxas'), join('nvvm', 'libdevice', 'libdevice.10.bc')]
/** From this compute capability on, GPUs multiply fp32 as TF32, so that nothing is lost by leaving 16 bits. */
const leastCapability = 8
/** Compiled steps that no run has used for so long are removed. */
const keepCompiledMs = 30 * 24 * 3600 * 1000
/** After so many processes that ended while they compiled, no more try: they may have crashed. */
const unfinishedAtMost = 2
const markerPrefix = 'compiling-'

const xlaFolder = (env: NodeJS.ProcessEnv): string => join(cacheDirectory(env), 'xla')

/**
 * Whether XLA compiles the steps of long runs: on GPUs that multiply TF32, where it finds its tools and compiling has not
 * ended the process before. FLOWERBED_XLA `on` or `off` decides instead.
 */
export function decideXla(options: {
  gpu: NvidiaGpu | null
  /** The folder of the TensorFlow runtime. */
  runtime: string
  env: NodeJS.ProcessEnv
  exists?: (path: string) => boolean
  /** Where compiled steps are kept. */
  folder?: string
}): boolean {
  const { gpu, runtime, env, exists = existsSync, folder = xlaFolder(env) } = options
  const setting = env['FLOWERBED_XLA']
  if (!gpu || setting === 'off') return false
  if (setting === 'on') return true
  const toolkits = [join(runtime, 'deps', 'nvidia', 'cuda_nvcc'), '/usr/local/cuda']
  const hasTools = toolkits.some((toolkit) => tools.every((tool) => exists(join(toolkit, tool))))
  if (!hasTools || (gpu.computeCapability ?? 0) < leastCapability) return false
  const unfinished = markersIn(folder).length
  if (unfinished >= unfinishedAtMost)
    log.warn(
      `XLA is not used: ${unfinished} processes ended while they compiled. FLOWERBED_XLA=on tries again.`,
    )
  return unfinished < unfinishedAtMost
}

/**
 * Has XLA keep what it compiles, so that the next run of the same kind starts at once. To be called before TensorFlow's
 * library is loaded, which reads these flags; those that the user has set are kept.
 */
export function keepCompiled(env: NodeJS.ProcessEnv, folder = xlaFolder(env)): void {
  const flags = env['TF_XLA_FLAGS'] ?? ''
  if (flags.includes('persistent_cache')) return
  try {
    mkdirSync(folder, { recursive: true })
  } catch (thrown) {
    log.warn('Compiled steps are not kept:', thrown)
    return
  }
  env['TF_XLA_FLAGS'] = `${flags} --tf_xla_persistent_cache_directory=${folder}`.trim()
  void removeOlder(folder, keepCompiledMs)
}

/** Does what compiles by XLA; a file shows meanwhile that it has not ended, in case this process ends with it. */
export async function whileCompiling<T>(
  compile: () => Promise<T>,
  folder = xlaFolder(process.env),
): Promise<T> {
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${markerPrefix}${processTag()}`), '')
  } catch (thrown) {
    log.warn('Compiling leaves no mark:', thrown)
  }
  try {
    return await compile()
  } finally {
    for (const name of markersIn(folder)) rmSync(join(folder, name), { force: true })
  }
}

function markersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(markerPrefix))
  } catch {
    return []
  }
}

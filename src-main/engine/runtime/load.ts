import { createRequire } from 'node:module'
import { constants, cpus } from 'node:os'
import type * as TensorFlowModule from '@tensorflow/tfjs-node-gpu'
import type { InstalledRuntime } from '#contract/doctor.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { DeviceChoice } from '#contract/run.ts'
import { nvidiaGpus } from './gpu.ts'
import { installedRuntimes, noRuntime } from './installed.ts'
import { bindingPath } from './layout.ts'
import { type Binding, withOwnMemory } from './own-memory.ts'

export type TensorFlow = typeof TensorFlowModule

export interface LoadedTensorFlow {
  /** tfjs with TensorFlow as its backend; shares its engine with `import … from '@tensorflow/tfjs-core'`. */
  tf: TensorFlow
  tensorflowVersion: string
  variant: InstalledRuntime['variant']
  device: 'cpu' | 'cuda'
  /** The card's or the processor's name. */
  deviceName: string
  runtime: InstalledRuntime
}

const nodeRequire = createRequire(import.meta.url)
let loaded: { device: DeviceChoice; result: LoadedTensorFlow } | undefined

/**
 * Loads TensorFlow into this process, once: its library cannot be unloaded, nor its device changed, before the
 * process ends. Later calls return the same.
 * @throws FlowerbedError unavailable without a runtime or the wanted device, corrupt when the library does not load,
 * conflict when it is loaded for another device
 */
export function loadTensorFlow({ device = 'auto' }: { device?: DeviceChoice } = {}): LoadedTensorFlow {
  if (loaded) return loadedFor(device, loaded.result)
  const gpus = nvidiaGpus()
  const choice = chooseRuntime({ device, runtimes: installedRuntimes(), gpus })
  setEnvironment(choice.useGpu)
  defineRemovedUtil()
  provideBinding(choice.runtime)
  const tf = nodeRequire('@tensorflow/tfjs-node-gpu') as TensorFlow
  const backend = tf.backend() as unknown as { binding: { TF_Version: string }; isUsingGpuDevice: boolean }
  const used = backend.isUsingGpuDevice ? 'cuda' : 'cpu'
  if (device === 'cuda' && used !== 'cuda') {
    throw new FlowerbedError('unavailable', 'TensorFlow could not use the NVIDIA GPU', {
      hint: 'Update the NVIDIA driver (525 or newer), or choose the device “cpu”. `flowerbed doctor` tells more.',
    })
  }
  const result: LoadedTensorFlow = {
    tf,
    tensorflowVersion: backend.binding.TF_Version,
    variant: choice.runtime.variant,
    device: used,
    deviceName: (used === 'cuda' ? gpus[0] : undefined) ?? processorName(),
    runtime: choice.runtime,
  }
  loaded = { device, result }
  return result
}

export const processorName = (): string => cpus()[0]?.model.trim() ?? process.arch

/** Which runtime serves the wanted device, and whether its GPU kernels are to see a GPU. */
export function chooseRuntime(wanted: {
  device: DeviceChoice
  /** Newest first. */
  runtimes: InstalledRuntime[]
  gpus: string[]
}): { runtime: InstalledRuntime; useGpu: boolean } {
  const cpu = wanted.runtimes.find(({ variant }) => variant === 'cpu')
  const cuda = wanted.runtimes.find(({ variant }) => variant === 'cuda')
  if (wanted.device === 'cuda') {
    if (wanted.gpus.length === 0) {
      throw new FlowerbedError('unavailable', 'There is no NVIDIA GPU with a working driver here', {
        hint: 'Choose the device “auto” or “cpu”, or install the NVIDIA driver.',
      })
    }
    if (!cuda) {
      throw new FlowerbedError('unavailable', 'TensorFlow for NVIDIA GPUs is not installed', {
        hint: 'Install the CUDA variant under Settings → Compute, or choose the device “cpu”.',
      })
    }
    return { runtime: cuda, useGpu: true }
  }
  if (wanted.device === 'auto' && cuda && wanted.gpus.length > 0) return { runtime: cuda, useGpu: true }
  const runtime = cpu ?? cuda
  if (!runtime) throw noRuntime()
  return { runtime, useGpu: false }
}

function loadedFor(device: DeviceChoice, result: LoadedTensorFlow): LoadedTensorFlow {
  if (device === 'auto' || device === result.device) return result
  throw new FlowerbedError('conflict', `TensorFlow already runs on ${result.device} in this process`, {
    hint: 'Start the engine again to change the device.',
  })
}

/** The library reads these once, when it is loaded. What the user has set stays. */
function setEnvironment(useGpu: boolean): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  if (!useGpu) process.env.CUDA_VISIBLE_DEVICES = '-1'
}

/** tfjs-node calls two helpers that Node 23 took away, and that older ones complain of. */
function defineRemovedUtil(): void {
  const util = nodeRequire('node:util') as Record<string, unknown>
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}

/**
 * Loads the binding and makes tfjs-node-gpu find it: its own look-up asks node-pre-gyp for a path inside
 * node_modules, where nothing of ours is written.
 */
function provideBinding(runtime: InstalledRuntime): void {
  const path = bindingPath(runtime.directory)
  const binding = { exports: {}, id: path, filename: path, loaded: true }
  // In Electron, TensorFlow must take glibc's malloc and not the one the Electron binary exports, which ends the
  // process on requests of a GiB.
  const flags =
    process.platform === 'linux'
      ? constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND
      : constants.dlopen.RTLD_NOW
  try {
    process.dlopen(binding, path, flags)
  } catch (error) {
    throw new FlowerbedError('corrupt', `TensorFlow does not load: ${String(error)}`, {
      where: path,
      hint: 'Remove it and install it again (Settings → Compute, or `npm run setup`); `flowerbed doctor` tells more.',
      cause: error,
    })
  }
  binding.exports = withOwnMemory(binding.exports as Binding)
  nodeRequire.cache[path] = binding as unknown as NodeJS.Module
  const preGyp = nodeRequire.resolve('@mapbox/node-pre-gyp')
  nodeRequire.cache[preGyp] = {
    exports: { find: () => path },
    id: preGyp,
    filename: preGyp,
    loaded: true,
  } as unknown as NodeJS.Module
}

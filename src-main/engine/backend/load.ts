import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as TensorFlowModule from '@tensorflow/tfjs-node-gpu'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { chosenGpu, deviceKind } from '#shared/training-devices.ts'
import { createGpuStartError, createUnusedGpuError } from './gpu-errors.ts'
import { chooseDeviceHere, getProcessorName } from './device-choice.ts'
import type { DeviceDecision } from './device-choice.ts'
import { librariesOf } from '../../tensorflow/installed.ts'
import { bindingPath } from '../../tensorflow/layout.ts'
import { expectedBinding, updateBinding } from '../../tensorflow/native-manifest.ts'
import { nodeBackend } from './tfjs.ts'
import type { Kernels } from './tfjs.ts'
import { findKernelsFile, loadKernels } from './kernels.ts'
import { loadNative } from './native-library.ts'
import { type Binding, withUnalignedTensors } from './unaligned-tensors.ts'
import type { NvidiaGpu } from './nvidia.ts'
import { chooseThreadsHere } from './threads.ts'
import type { ThreadChoice } from './threads.ts'
import { decideXla, keepCompiled } from './xla.ts'

export type TensorFlow = typeof TensorFlowModule

export interface LoadedTensorFlow {
  /** tfjs with TensorFlow as its backend; shares its engine with `import … from '@tensorflow/tfjs-core'`. */
  tf: TensorFlow
  tensorflowVersion: string
  variant: InstalledRuntime['variant']
  device: 'cpu' | 'cuda'
  /** Name of the GPU or the processor. */
  deviceName: string
  /** Why this device is used, and how to use an unused GPU. */
  why: string
  advice: string | null
  threads: ThreadChoice
  /** Flowerbed's kernels, where there are any for this device. */
  kernels: Kernels | null
  /** The precision in which matrix products may be faster than in fp32; fp32 where none is. */
  fastPrecision: Precision
  runtime: InstalledRuntime
}

const nodeRequire = createRequire(import.meta.url)
let loaded: { gpu: NvidiaGpu | null; result: LoadedTensorFlow } | undefined

/**
 * Loads TensorFlow into this process, once: until the process ends, its library cannot be unloaded nor its device
 * changed. Later calls return the same object.
 * @throws FlowerbedError `unavailable` without a runtime or the requested device, `conflict` when it is loaded for another device
 */
export function loadTensorFlow({ device = 'auto' }: { device?: DeviceChoice } = {}): LoadedTensorFlow {
  if (loaded) return checkDevice(device, loaded)
  const decision = chooseDeviceHere(device)
  const { runtime, gpu } = decision
  const threads = chooseThreadsHere({ kernels: !gpu && findKernelsFile() !== null })
  setEnvironment(decision, threads)
  const usesXla = decideXla({ gpu, runtime: runtime.directory, env: process.env })
  if (usesXla) keepCompiled(process.env)
  defineRemovedUtilities()
  const tf = startTensorFlow(decision)
  const backend = nodeBackend()
  const used = backend.isUsingGpuDevice ? 'cuda' : 'cpu'
  const kernels = used === 'cpu' ? loadKernels({ threads: threads.intraOp }) : null
  if (kernels) backend.binding.kernels = kernels
  const fast = chooseFastPrecision({ gpu: used === 'cuda' ? gpu : null, kernels })
  backend.binding.fastPrecision = fast
  backend.binding.fuses = used === 'cuda' && usesXla
  const refused = gpu && used === 'cpu' ? createUnusedGpuError(gpu) : null
  if (refused && deviceKind(device) === 'cuda') throw refused
  const result: LoadedTensorFlow = {
    tf,
    tensorflowVersion: backend.binding.TF_Version,
    variant: runtime.variant,
    device: used,
    deviceName: (used === 'cuda' ? gpu?.name : undefined) ?? getProcessorName(),
    why: refused?.message ?? decision.why,
    advice: refused?.hint ?? decision.advice,
    threads,
    kernels,
    fastPrecision: fast,
    runtime,
  }
  loaded = { gpu, result }
  return result
}

/**
 * The precision in which a run may be faster than in fp32, which is timed when it starts: GPUs multiply bfloat16 from
 * compute capability 8 and fp16 from 7 (tensor cores); on processors the kernels multiply bfloat16 where they can.
 */
export function chooseFastPrecision({
  gpu,
  kernels,
}: {
  gpu: NvidiaGpu | null
  kernels: Kernels | null
}): Precision {
  if (!gpu) return kernels?.bf16 ? 'bf16' : 'fp32'
  const capability = gpu.computeCapability ?? 0
  return capability >= 8 ? 'bf16' : capability >= 7 ? 'fp16' : 'fp32'
}

/** Loads the libraries, which initialises the GPU. */
function startTensorFlow(decision: DeviceDecision): TensorFlow {
  const { gpu } = decision
  try {
    provideBinding(decision)
    return nodeRequire('@tensorflow/tfjs-node-gpu') as TensorFlow
  } catch (error) {
    // A FlowerbedError says why a library does not load, which is not the GPU's fault.
    throw gpu && !(error instanceof FlowerbedError) ? createGpuStartError(gpu, error) : error
  }
}

function checkDevice(
  device: DeviceChoice,
  { gpu, result }: { gpu: NvidiaGpu | null; result: LoadedTensorFlow },
): LoadedTensorFlow {
  const kind = deviceKind(device)
  const named = chosenGpu(device)
  if ((kind === 'auto' || kind === result.device) && (named === null || named === gpu?.index)) return result
  throw new FlowerbedError('conflict', errorText('tensorflow.otherDevice', { device: result.device }))
}

/** Sets variables that the library reads once, when it is loaded; those that the user has set are kept. */
function setEnvironment({ gpu }: DeviceDecision, { intraOp, interOp }: ThreadChoice): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  process.env.TF_NUM_INTRAOP_THREADS = `${intraOp}`
  process.env.TF_NUM_INTEROP_THREADS = `${interOp}`
  // Numbers GPUs as nvidia-smi does.
  process.env.CUDA_DEVICE_ORDER = 'PCI_BUS_ID'
  if (!gpu) process.env.CUDA_VISIBLE_DEVICES = '-1'
  // Only one: of several, tfjs would use the last and a compiled program the first.
  else if (!process.env.CUDA_VISIBLE_DEVICES?.startsWith('MIG-'))
    process.env.CUDA_VISIBLE_DEVICES = `${gpu.index}`
}

/** Defines two utilities that tfjs-node calls and that Node 23 removed; older versions warn of them. */
function defineRemovedUtilities(): void {
  const util = nodeRequire('node:util') as Record<string, unknown>
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}

/** How a user gets a complete and compatible TensorFlow. */
function describeReplacement({ removable, variant }: InstalledRuntime): ErrorText {
  if (!removable) return errorText('load.otherFolder')
  return variant === 'cuda' ? errorText('load.installTensorFlowForGpus') : errorText('load.installTensorFlow')
}

/**
 * Loads the binding and makes tfjs-node-gpu find it, which otherwise asks node-pre-gyp for a path in node_modules, where
 * Flowerbed writes nothing.
 */
function provideBinding({ runtime, gpu }: DeviceDecision): void {
  const path = bindingPath(runtime.directory)
  updateBinding(runtime)
  const native = loadNative({
    path,
    sha256: expectedBinding(runtime),
    name: 'TensorFlow',
    libraries: librariesOf(runtime, { cuda: gpu !== null }),
    replace: describeReplacement(runtime),
  })
  const binding = { exports: withUnalignedTensors(native as Binding), id: path, filename: path, loaded: true }
  // Node's cache is keyed by the path without symbolic links; with one key it would load the binding twice.
  for (const key of [path, realpathSync(path)]) nodeRequire.cache[key] = binding as unknown as NodeJS.Module
  const preGyp = nodeRequire.resolve('@mapbox/node-pre-gyp')
  nodeRequire.cache[preGyp] = {
    exports: { find: () => path },
    id: preGyp,
    filename: preGyp,
    loaded: true,
  } as unknown as NodeJS.Module
}

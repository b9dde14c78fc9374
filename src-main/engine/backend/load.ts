import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as TensorFlowModule from '@tensorflow/tfjs-node-gpu'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { notStarted, notUsed } from './gpu-errors.ts'
import { chooseDeviceHere, processorName } from './device-choice.ts'
import type { DeviceDecision } from './device-choice.ts'
import { librariesOf } from '../../tensorflow/installed.ts'
import { bindingPath } from '../../tensorflow/layout.ts'
import { expectedBinding, updateBinding } from '../../tensorflow/native-manifest.ts'
import type { Kernels } from './tfjs.ts'
import { kernelsFile, loadKernels } from './kernels.ts'
import { loadNative } from './native-library.ts'
import { type Binding, withUnalignedTensors } from './unaligned-tensors.ts'
import type { NvidiaCard } from './nvidia.ts'
import { threadsOfMachine } from './threads.ts'
import type { ThreadChoice } from './threads.ts'

export type TensorFlow = typeof TensorFlowModule

export interface LoadedTensorFlow {
  /** tfjs with TensorFlow as its backend; shares its engine with `import … from '@tensorflow/tfjs-core'`. */
  tf: TensorFlow
  tensorflowVersion: string
  variant: InstalledRuntime['variant']
  device: 'cpu' | 'cuda'
  /** The card's or the processor's name. */
  deviceName: string
  /** Why this device, and what to do about a card that is not used. */
  why: string
  advice: string | null
  threads: ThreadChoice
  /** Our own convolutions, where there are some for this device. */
  kernels: Kernels | null
  /** In what products may be computed quicker than in fp32; fp32 where in nothing. */
  fastPrecision: Precision
  runtime: InstalledRuntime
}

const nodeRequire = createRequire(import.meta.url)
let loaded: { device: DeviceChoice; result: LoadedTensorFlow } | undefined

/**
 * Loads TensorFlow into this process, once: its library cannot be unloaded, nor its device changed, before the
 * process ends. Later calls return the same.
 * @throws FlowerbedError unavailable without a runtime or the wanted device, conflict when it is loaded for another device
 */
export function loadTensorFlow({ device = 'auto' }: { device?: DeviceChoice } = {}): LoadedTensorFlow {
  if (loaded) return loadedFor(device, loaded.result)
  const decision = chooseDeviceHere(device)
  const { runtime, card } = decision
  const threads = threadsOfMachine({ kernels: !card && kernelsFile() !== null })
  setEnvironment(decision, threads)
  defineRemovedUtil()
  const tf = start(decision)
  const backend = tf.backend() as unknown as {
    binding: { TF_Version: string; kernels?: Kernels; fastPrecision?: Precision }
    isUsingGpuDevice: boolean
  }
  const used = backend.isUsingGpuDevice ? 'cuda' : 'cpu'
  const kernels = used === 'cpu' ? loadKernels({ threads: threads.intraOp }) : null
  if (kernels) backend.binding.kernels = kernels
  const fast = fastPrecision({ card: used === 'cuda' ? card : null, kernels })
  backend.binding.fastPrecision = fast
  const refused = card && used === 'cpu' ? notUsed(card) : null
  if (refused && device === 'cuda') throw refused
  const result: LoadedTensorFlow = {
    tf,
    tensorflowVersion: backend.binding.TF_Version,
    variant: runtime.variant,
    device: used,
    deviceName: (used === 'cuda' ? card?.name : undefined) ?? processorName(),
    why: refused?.message ?? decision.why,
    advice: refused?.hint ?? decision.advice,
    threads,
    kernels,
    fastPrecision: fast,
    runtime,
  }
  loaded = { device, result }
  return result
}

/**
 * In what a run may be quicker than in fp32, which is timed when it starts: cards multiply bfloat16 from compute capability
 * 8 on and half floats from 7 on (tensor cores); on processors our own convolutions do where they can.
 */
export function fastPrecision(of: { card: NvidiaCard | null; kernels: Kernels | null }): Precision {
  if (!of.card) return of.kernels?.bf16 ? 'bf16' : 'fp32'
  const capability = of.card.computeCapability ?? 0
  return capability >= 8 ? 'bf16' : capability >= 7 ? 'fp16' : 'fp32'
}

/** Loads the libraries, which takes hold of the card. */
function start(decision: DeviceDecision): TensorFlow {
  const { card } = decision
  try {
    provideBinding(decision)
    return nodeRequire('@tensorflow/tfjs-node-gpu') as TensorFlow
  } catch (error) {
    // Why a library does not load has nothing to do with the card.
    throw card && !(error instanceof FlowerbedError) ? notStarted(card, error) : error
  }
}

function loadedFor(device: DeviceChoice, result: LoadedTensorFlow): LoadedTensorFlow {
  if (device === 'auto' || device === result.device) return result
  throw new FlowerbedError('conflict', `TensorFlow already runs on ${result.device} in this process`, {
    hint: 'Start the engine again to change the device.',
  })
}

/** The library reads these once, when it is loaded. What the user has set stays. */
function setEnvironment({ card }: DeviceDecision, { intraOp, interOp }: ThreadChoice): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  process.env.TF_NUM_INTRAOP_THREADS = `${intraOp}`
  process.env.TF_NUM_INTEROP_THREADS = `${interOp}`
  // Cards are counted as the driver's tool counts them.
  process.env.CUDA_DEVICE_ORDER = 'PCI_BUS_ID'
  if (!card) process.env.CUDA_VISIBLE_DEVICES = '-1'
  // One only: tfjs would take the last of several, and a compiled program the first.
  else if (!process.env.CUDA_VISIBLE_DEVICES?.startsWith('MIG-'))
    process.env.CUDA_VISIBLE_DEVICES = `${card.index}`
}

/** tfjs-node calls two helpers that Node 23 took away, and that older ones complain of. */
function defineRemovedUtil(): void {
  const util = nodeRequire('node:util') as Record<string, unknown>
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}

/** How a user gets a TensorFlow that is whole and fits this machine. */
const replacement = ({ removable, variant }: InstalledRuntime): string =>
  removable
    ? `Remove TensorFlow${variant === 'cuda' ? ' for NVIDIA GPUs' : ''} and install it again (Settings → Compute, or \`npm run setup\` in a checkout); \`flowerbed doctor\` tells more.`
    : 'Point FLOWERBED_TF_DIR at a whole TensorFlow for this machine, or unset it to use one that Flowerbed installs.'

/**
 * Loads the binding and makes tfjs-node-gpu find it: its own look-up asks node-pre-gyp for a path inside
 * node_modules, where nothing of ours is written.
 */
function provideBinding({ runtime, card }: DeviceDecision): void {
  const path = bindingPath(runtime.directory)
  updateBinding(runtime)
  const native = loadNative({
    path,
    sha256: expectedBinding(runtime),
    name: 'TensorFlow',
    libraries: librariesOf(runtime, { cuda: card !== null }),
    replace: replacement(runtime),
  })
  const binding = { exports: withUnalignedTensors(native as Binding), id: path, filename: path, loaded: true }
  // Node looks a module up by its path without symbolic links, and would load the binding a second time.
  for (const key of [path, realpathSync(path)]) nodeRequire.cache[key] = binding as unknown as NodeJS.Module
  const preGyp = nodeRequire.resolve('@mapbox/node-pre-gyp')
  nodeRequire.cache[preGyp] = {
    exports: { find: () => path },
    id: preGyp,
    filename: preGyp,
    loaded: true,
  } as unknown as NodeJS.Module
}

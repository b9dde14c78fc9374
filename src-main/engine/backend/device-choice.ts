import { cpus } from 'node:os'
import type { DeviceStatement, InstalledRuntime } from '#shared/schemas/doctor.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { cudaNeeds } from '../../tensorflow/cuda-needs.ts'
import type { CudaNeeds } from '../../tensorflow/cuda-needs.ts'
import { compareVersions, installedRuntimes, noRuntime } from '../../tensorflow/installed.ts'
import { readNvidia, visibleCards } from './nvidia.ts'
import type { NvidiaCard, NvidiaState } from './nvidia.ts'

/** What a device is chosen by. */
export interface DeviceFacts {
  device: DeviceChoice
  /** Newest first. */
  runtimes: InstalledRuntime[]
  nvidia: NvidiaState
  /** Of the CUDA runtime that is installed, else of the one that could be. */
  needs: CudaNeeds
  /** CUDA_VISIBLE_DEVICES as the user set it. */
  visible: string | undefined
}

export interface DeviceDecision {
  device: 'cpu' | 'cuda'
  runtime: InstalledRuntime
  /** The card to compute on; null on the processor. */
  card: NvidiaCard | null
  /** Why this device, in words that follow a colon. */
  why: string
  /** What to do so that a card which is there is used; null where nothing is amiss. */
  advice: string | null
}

/** Less than this free, and CUDA, cuBLAS and cuDNN themselves do not find room beside another program. */
const leastFreeBytes = 1e9

/**
 * What to compute on and why: `auto` takes a card that can be used, and says what is in the way of one that cannot.
 * @throws FlowerbedError `unavailable` when the wanted device cannot be had, or nothing is installed
 */
export function chooseDevice(facts: DeviceFacts): DeviceDecision {
  const { device, runtimes, nvidia } = facts
  const cpu = runtimes.find(({ variant }) => variant === 'cpu')
  const cuda = runtimes.find(({ variant }) => variant === 'cuda')
  const onProcessor = (why: string, advice: string | null): DeviceDecision => {
    const runtime = cpu ?? cuda
    if (!runtime) throw noRuntime()
    return { device: 'cpu', runtime, card: null, why, advice }
  }
  if (device === 'cpu') return onProcessor('chosen by you', null)
  const card = bestCard(facts)
  const obstacle = findObstacle(facts, card, cuda)
  if (device === 'cuda' && obstacle) {
    const problem = obstacle.problem.charAt(0).toUpperCase() + obstacle.problem.slice(1)
    throw new FlowerbedError('unavailable', `${problem}.`, {
      where: '--device cuda',
      hint: `${obstacle.remedy} Or choose the device “auto” or “cpu”.`,
    })
  }
  if (obstacle) return onProcessor(obstacle.problem, obstacle.isTrouble ? obstacle.remedy : null)
  const runtime = cuda as InstalledRuntime
  const found = `${describeCard(card as NvidiaCard, nvidia)}, with TensorFlow ${runtime.version} for CUDA ${facts.needs.cuda}`
  return {
    device: 'cuda',
    runtime,
    card,
    why: device === 'cuda' ? `chosen by you; ${found}` : found,
    advice: null,
  }
}

/** `chooseDevice` for this machine as it is now, without loading TensorFlow. */
export function chooseDeviceHere(device: DeviceChoice, env: NodeJS.ProcessEnv = process.env): DeviceDecision {
  const runtimes = installedRuntimes(env)
  return chooseDevice({
    device,
    runtimes,
    nvidia: readNvidia(),
    needs: cudaNeeds(runtimes.find(({ variant }) => variant === 'cuda')),
    visible: env['CUDA_VISIBLE_DEVICES'],
  })
}

/** What a choice of the user's comes to, refusals too. */
export function stateDevice(device: DeviceChoice, decide = chooseDeviceHere): DeviceStatement {
  try {
    const { device: used, card, why, advice } = decide(device)
    return { device: used, name: card?.name ?? processorName(), why, advice }
  } catch (thrown) {
    const { message, hint = null } = toFlowerbedError(thrown)
    return { device: null, name: null, why: message, advice: hint }
  }
}

export const processorName = (): string => cpus()[0]?.model.trim() ?? process.arch

interface Obstacle {
  /** A clause. */
  problem: string
  /** A sentence. */
  remedy: string
  /** A machine without a card lacks nothing. */
  isTrouble: boolean
}

/** The first thing in the way of computing on a card, in the order in which a user would have to see to them. */
function findObstacle(
  { nvidia, needs, visible }: DeviceFacts,
  card: NvidiaCard | null,
  cuda: InstalledRuntime | undefined,
): Obstacle | null {
  const { driver, problem, cards } = nvidia
  if (problem !== null) {
    const remedy = /mismatch/i.test(problem)
      ? 'Restart the machine: the driver was updated while it ran.'
      : 'Install the NVIDIA driver again, and see that `nvidia-smi` answers.'
    return { problem: `the NVIDIA driver does not answer (“${problem}”)`, remedy, isTrouble: true }
  }
  if (cards.length === 0) {
    const remedy = 'If there is a card, install the NVIDIA driver.'
    return { problem: 'no NVIDIA GPU with a working driver was found', remedy, isTrouble: false }
  }
  if (card === null) {
    const problem = `CUDA_VISIBLE_DEVICES=${visible ?? ''} hides ${cards.map(({ name }) => name).join(', ')}`
    return { problem, remedy: 'Unset it to use a GPU.', isTrouble: false }
  }
  if (driver !== null && compareVersions(driver, needs.driver) < 0) {
    return {
      problem: `the NVIDIA driver ${driver} is too old for CUDA ${needs.cuda}, which needs ${needs.driver} or newer`,
      remedy: `Update the NVIDIA driver to use ${card.name}.`,
      isTrouble: true,
    }
  }
  if (card.computeCapability !== null && card.computeCapability < needs.computeCapability) {
    return {
      problem: `${card.name} is too old: it has compute capability ${card.computeCapability.toFixed(1)}, and TensorFlow’s kernels need ${needs.computeCapability.toFixed(1)} or newer`,
      remedy: 'Use a newer card.',
      // Nothing to be done about it.
      isTrouble: false,
    }
  }
  if (!cuda) {
    return {
      problem: `TensorFlow for NVIDIA GPUs is not installed, so ${card.name} is not used`,
      remedy: 'Install it under Settings → Compute.',
      isTrouble: true,
    }
  }
  if (card.freeBytes !== null && card.freeBytes < leastFreeBytes) {
    const all = card.memoryBytes === null ? '' : ` of ${gigabytes(card.memoryBytes)}`
    return {
      problem: `${card.name} has ${gigabytes(card.freeBytes)}${all} of memory free, too little to begin with`,
      remedy: 'Close the programs that use the GPU (`nvidia-smi` lists them).',
      isTrouble: true,
    }
  }
  return null
}

/** The newest of the visible cards, of equal ones that with more memory: TensorFlow computes on one. */
function bestCard({ nvidia, visible, needs }: DeviceFacts): NvidiaCard | null {
  const rank = ({ computeCapability, memoryBytes, freeBytes }: NvidiaCard): number[] => [
    // A card that does not tell is taken at its word that it works.
    (computeCapability ?? needs.computeCapability) >= needs.computeCapability ? 1 : 0,
    (freeBytes ?? leastFreeBytes) >= leastFreeBytes ? 1 : 0,
    computeCapability ?? 0,
    memoryBytes ?? 0,
  ]
  const [best] = visibleCards(nvidia.cards, visible).sort((a, b) => {
    const [ours, theirs] = [rank(a), rank(b)]
    const at = ours.findIndex((value, i) => value !== theirs[i])
    return at < 0 ? a.index - b.index : (theirs[at] ?? 0) - (ours[at] ?? 0)
  })
  return best ?? null
}

/** “NVIDIA H100 (85.5 GB, driver 550.54.15)”. */
function describeCard({ name, memoryBytes }: NvidiaCard, { driver }: NvidiaState): string {
  const details = [
    ...(memoryBytes === null ? [] : [gigabytes(memoryBytes)]),
    ...(driver === null ? [] : [`driver ${driver}`]),
  ]
  return details.length > 0 ? `${name} (${details.join(', ')})` : name
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

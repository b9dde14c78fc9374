import { cpus } from 'node:os'
import { desktopText } from '#shared/desktop-text.ts'
import type { DeviceStatement, InstalledRuntime } from '#shared/schemas/doctor.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { chosenGpu, deviceKind } from '#shared/training-devices.ts'
import { cudaNeeds } from '../../tensorflow/cuda-needs.ts'
import type { CudaNeeds } from '../../tensorflow/cuda-needs.ts'
import { compareVersions, installedRuntimes, noRuntime } from '../../tensorflow/installed.ts'
import { readNvidia, filterVisibleGpus } from './nvidia.ts'
import type { NvidiaGpu, NvidiaState } from './nvidia.ts'

/** The facts by which a device is chosen. */
export interface DeviceFacts {
  device: DeviceChoice
  /** Newest first. */
  runtimes: InstalledRuntime[]
  nvidia: NvidiaState
  /** Of the installed CUDA runtime, else of the one that can be installed. */
  needs: CudaNeeds
  /** CUDA_VISIBLE_DEVICES as the user set it. */
  visible: string | undefined
}

export interface DeviceDecision {
  device: 'cpu' | 'cuda'
  runtime: InstalledRuntime
  /** The GPU to compute on; null on the processor. */
  gpu: NvidiaGpu | null
  /** The reason, as a clause that follows a colon. */
  why: string
  /** How to make an unused GPU usable; null where there is none. */
  advice: string | null
}

/** CUDA, cuBLAS and cuDNN themselves need about this much memory. */
const minFreeBytes = 1e9

/**
 * Chooses the device and gives the reason: `auto` takes a usable GPU, else the processor with the GPU's obstacle.
 * @throws FlowerbedError `unavailable` when the requested device is not available, or no TensorFlow is installed
 */
export function chooseDevice(facts: DeviceFacts): DeviceDecision {
  const { device, runtimes, nvidia } = facts
  const cpu = runtimes.find(({ variant }) => variant === 'cpu')
  const cuda = runtimes.find(({ variant }) => variant === 'cuda')
  const useProcessor = (why: string, advice: string | null): DeviceDecision => {
    const runtime = cpu ?? cuda
    if (!runtime) throw noRuntime()
    return { device: 'cpu', runtime, gpu: null, why, advice }
  }
  if (device === 'cpu') return useProcessor(desktopText('device.chosen'), null)
  const gpu = chooseGpu(facts)
  const obstacle = findObstacle(facts, gpu, cuda)
  if (deviceKind(device) === 'cuda' && obstacle) {
    const problem = obstacle.problem.charAt(0).toUpperCase() + obstacle.problem.slice(1)
    const text = errorText('tensorflow.deviceObstacle', { problem, remedy: obstacle.remedy })
    throw new FlowerbedError('unavailable', text, { where: `--device ${device}` })
  }
  if (obstacle) return useProcessor(obstacle.problem, obstacle.isFixable ? obstacle.remedy : null)
  const runtime = cuda as InstalledRuntime
  const found = desktopText('device.found', {
    gpu: describeGpu(gpu as NvidiaGpu, nvidia),
    version: runtime.version,
    cuda: facts.needs.cuda,
  })
  return {
    device: 'cuda',
    runtime,
    gpu,
    why: deviceKind(device) === 'cuda' ? desktopText('device.chosenFound', { found }) : found,
    advice: null,
  }
}

/** The GPUs on each of which a run could train, but for others' use of its memory; the one that is preferred first. */
export function usableGpus(facts: Omit<DeviceFacts, 'device'>): NvidiaGpu[] {
  const cuda = facts.runtimes.find(({ variant }) => variant === 'cuda')
  return rankedGpus(facts).filter((gpu) => findObstacle(facts, { ...gpu, freeBytes: null }, cuda) === null)
}

/** `usableGpus` of this machine now, without loading TensorFlow. */
export const usableGpusHere = (): NvidiaGpu[] => usableGpus(factsHere(process.env))

/** `chooseDevice` for the present state of this machine, without loading TensorFlow. */
export function chooseDeviceHere(device: DeviceChoice, env: NodeJS.ProcessEnv = process.env): DeviceDecision {
  return chooseDevice({ device, ...factsHere(env) })
}

function factsHere(env: NodeJS.ProcessEnv): Omit<DeviceFacts, 'device'> {
  const runtimes = installedRuntimes(env)
  return {
    runtimes,
    nvidia: readNvidia(),
    needs: cudaNeeds(runtimes.find(({ variant }) => variant === 'cuda')),
    visible: env['CUDA_VISIBLE_DEVICES'],
  }
}

/** Describes the device that a choice results in, or why it is refused. */
export function describeDevice(device: DeviceChoice, decide = chooseDeviceHere): DeviceStatement {
  try {
    const { device: used, gpu, why, advice } = decide(device)
    return { device: used, name: gpu?.name ?? getProcessorName(), why, advice }
  } catch (thrown) {
    const { message, hint = null } = toFlowerbedError(thrown)
    return { device: null, name: null, why: message, advice: hint }
  }
}

export const getProcessorName = (): string => cpus()[0]?.model.trim() ?? process.arch

interface Obstacle {
  /** A clause. */
  problem: string
  /** A sentence. */
  remedy: string
  /** Whether the user can remove the obstacle; a machine without a GPU has none to remove. */
  isFixable: boolean
}

/** The first obstacle to computing on a GPU, in the order in which a user has to remove them. */
function findObstacle(
  {
    device = 'auto',
    nvidia,
    needs,
    visible,
  }: Partial<Pick<DeviceFacts, 'device'>> & Omit<DeviceFacts, 'device'>,
  gpu: NvidiaGpu | null,
  cuda: InstalledRuntime | undefined,
): Obstacle | null {
  const { driver, problem, gpus } = nvidia
  if (problem !== null) {
    const remedy = desktopText(/mismatch/i.test(problem) ? 'device.restart' : 'device.reinstallDriver')
    return { problem: desktopText('device.driverSilent', { problem }), remedy, isFixable: true }
  }
  if (gpus.length === 0) {
    const remedy = desktopText('device.installDriver')
    return { problem: desktopText('device.noGpu'), remedy, isFixable: false }
  }
  const named = chosenGpu(device)
  if (gpu === null && named !== null && filterVisibleGpus(gpus, visible).length > 0) {
    const problem = desktopText('device.noSuchGpu', {
      index: named,
      gpus: filterVisibleGpus(gpus, visible)
        .map(({ index, name }) => `${index} (${name})`)
        .join(', '),
    })
    return { problem, remedy: desktopText('device.chooseAnother'), isFixable: false }
  }
  if (gpu === null) {
    const problem = desktopText('device.hidden', {
      visible: visible ?? '',
      gpus: gpus.map(({ name }) => name).join(', '),
    })
    return { problem, remedy: desktopText('device.unset'), isFixable: false }
  }
  if (driver !== null && compareVersions(driver, needs.driver) < 0) {
    return {
      problem: desktopText('device.oldDriver', { driver, cuda: needs.cuda, needed: needs.driver }),
      remedy: desktopText('device.updateDriver', { gpu: gpu.name }),
      isFixable: true,
    }
  }
  if (gpu.computeCapability !== null && gpu.computeCapability < needs.computeCapability) {
    return {
      problem: desktopText('device.oldGpu', {
        gpu: gpu.name,
        capability: gpu.computeCapability.toFixed(1),
        needed: needs.computeCapability.toFixed(1),
      }),
      remedy: desktopText('device.newerGpu'),
      isFixable: false,
    }
  }
  if (!cuda) {
    return {
      problem: desktopText('device.noCuda', { gpu: gpu.name }),
      remedy: desktopText('device.installCuda'),
      isFixable: true,
    }
  }
  if (gpu.freeBytes !== null && gpu.freeBytes < minFreeBytes) {
    const known = { gpu: gpu.name, free: formatGigabytes(gpu.freeBytes) }
    return {
      problem:
        gpu.memoryBytes === null
          ? desktopText('device.littleMemory', known)
          : desktopText('device.littleMemoryOf', { ...known, all: formatGigabytes(gpu.memoryBytes) }),
      remedy: desktopText('device.closePrograms'),
      isFixable: true,
    }
  }
  return null
}

/** The GPU that a choice names, else the first of those that are there: TensorFlow uses one GPU. */
function chooseGpu(facts: DeviceFacts): NvidiaGpu | null {
  const named = chosenGpu(facts.device)
  return rankedGpus(facts).find(({ index }) => named === null || index === named) ?? null
}

/** The visible GPUs, the newest first, of equally new ones that with more memory. */
function rankedGpus({ nvidia, visible, needs }: Omit<DeviceFacts, 'device'>): NvidiaGpu[] {
  const rank = ({ computeCapability, memoryBytes, freeBytes }: NvidiaGpu): number[] => [
    // A GPU of unknown compute capability is assumed to work.
    (computeCapability ?? needs.computeCapability) >= needs.computeCapability ? 1 : 0,
    (freeBytes ?? minFreeBytes) >= minFreeBytes ? 1 : 0,
    computeCapability ?? 0,
    memoryBytes ?? 0,
  ]
  return filterVisibleGpus(nvidia.gpus, visible).sort((a, b) => {
    const [first, second] = [rank(a), rank(b)]
    const i = first.findIndex((value, k) => value !== second[k])
    return i < 0 ? a.index - b.index : (second[i] ?? 0) - (first[i] ?? 0)
  })
}

/** “NVIDIA H100 (85.5 GB, driver 550.54.15)”. */
function describeGpu({ name, memoryBytes }: NvidiaGpu, { driver }: NvidiaState): string {
  const details = [
    ...(memoryBytes === null ? [] : [formatGigabytes(memoryBytes)]),
    ...(driver === null ? [] : [desktopText('device.driver', { version: driver })]),
  ]
  return details.length > 0 ? `${name} (${details.join(', ')})` : name
}

const formatGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

import { setTimeout as delay } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { EngineEvent, MemoryEstimate, TrainRequest } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { readIndex } from '../../datasets/packed-dataset.ts'
import { readGpuUse } from '../backend/gpu-users.ts'
import type { GpuUser } from '../backend/gpu-users.ts'
import { estimateMemory } from './memory-estimate.ts'

/** A GPU that others may use as well. */
export interface SharedGpu {
  totalBytes: number
  freeBytes: number
  users: GpuUser[]
}

/** Between two looks at the GPU. */
const intervalMs = 5000
/** Processes that are named. */
const usersNamed = 3

/** Waits until a run fits into the memory of the GPU that TensorFlow uses; see `waitForMemory`. */
export async function waitForGpu(options: {
  request: TrainRequest
  emit: (event: EngineEvent) => void
  signal: AbortSignal
}): Promise<void> {
  const { request, emit, signal } = options
  const { runId, config, datasetDirectory, memoryLimit = Infinity } = request
  const { shape } = readIndex(datasetDirectory)
  await waitForMemory({
    readGpu: readGpuUse,
    estimate: (bytes) => estimateMemory({ config, shape, availableBytes: Math.min(bytes, memoryLimit) }),
    onWait: (message) => emit({ type: 'waiting', runId, message }),
    signal,
  })
}

/**
 * Waits until a run fits into the memory of a GPU that others use too, where it would fit if they did not.
 * @param options `estimate`: of the run, with so many bytes available; `onWait`: told what it waits for, when that changes
 * @throws FlowerbedError `cancelled` when `signal` says so
 */
export async function waitForMemory(options: {
  readGpu: () => SharedGpu | null
  estimate: (availableBytes: number) => MemoryEstimate
  onWait: (message: string) => void
  signal: AbortSignal
  everyMs?: number
}): Promise<void> {
  const { readGpu, estimate, onWait, signal, everyMs = intervalMs } = options
  let told = ''
  let neededBytes = 0
  /** The most that did not suffice: an estimate takes seconds in which nothing else is answered. */
  let tooFew = -1
  for (;;) {
    const gpu = readGpu()
    if (!gpu) return
    if (gpu.freeBytes > tooFew) {
      const now = estimate(gpu.freeBytes)
      if (now.fits || (tooFew < 0 && !estimate(gpu.totalBytes).fits)) return
      tooFew = gpu.freeBytes
      neededBytes = now.neededBytes
    }
    const message = describe(neededBytes, gpu)
    if (message !== told) onWait(message)
    told = message
    try {
      await delay(everyMs, undefined, { signal })
    } catch {
      throw new FlowerbedError('cancelled', errorText('training.notStarted'))
    }
  }
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1)

function describe(neededBytes: number, { freeBytes, users }: SharedGpu): string {
  const numbers = { needed: gigabytes(neededBytes), free: gigabytes(freeBytes) }
  if (users.length === 0) return desktopText('waiting.memory', numbers)
  const named = users.slice(0, usersNamed).map(({ name, pid, bytes }) => {
    const user = { name, pid }
    return bytes === null
      ? desktopText('waiting.user', user)
      : desktopText('waiting.userOf', { ...user, used: gigabytes(bytes) })
  })
  return desktopText('waiting.memoryUsed', { ...numbers, users: named.join(', ') })
}

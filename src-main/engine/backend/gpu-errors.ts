import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { readAvailableMemory } from './free-memory.ts'
import type { NvidiaGpu } from './nvidia.ts'

/** The error when TensorFlow computes on the processor although it was given a GPU. */
export function createUnusedGpuError({ name }: NvidiaGpu): FlowerbedError {
  return new FlowerbedError('unavailable', errorText('tensorflow.gpuUnused', { gpu: name }))
}

/** The error when TensorFlow fails to initialise a GPU, most often because another program has its memory. */
export function createGpuStartError({ name, memoryBytes }: NvidiaGpu, cause: unknown): FlowerbedError {
  const free = readAvailableMemory('cuda')
  const reason = cause instanceof Error ? cause.message : String(cause)
  const text =
    memoryBytes === null
      ? errorText('tensorflow.gpuDoesNotStart', { gpu: name, reason })
      : errorText('tensorflow.gpuWithMemoryDoesNotStart', {
          ...{ gpu: name, reason, free: formatGigabytes(free), all: formatGigabytes(memoryBytes) },
        })
  return new FlowerbedError('unavailable', text, { cause })
}

/** Translates TensorFlow's out-of-memory errors, with the numbers; null for any other error. */
export function toOutOfMemoryError(thrown: unknown, free = readAvailableMemory): FlowerbedError | null {
  if (!(thrown instanceof Error)) return null
  const { message } = thrown
  if (!/RESOURCE_EXHAUSTED|OOM when allocating|CUDA_ERROR_OUT_OF_MEMORY/i.test(message)) return null
  const onGpu = /GPU|CUDA/.test(message)
  const requested = parseRequestedBytes(message)
  const text = outOfMemoryText({
    onGpu,
    requested: requested === null ? null : formatBytes(requested),
    free: formatGigabytes(free(onGpu ? 'cuda' : 'cpu')),
  })
  return new FlowerbedError('no-space', text, { where: 'batch', cause: thrown })
}

function outOfMemoryText(facts: { onGpu: boolean; requested: string | null; free: string }): ErrorText {
  const { onGpu, requested, free } = facts
  if (requested === null) return errorText(onGpu ? 'memory.gpuFull' : 'memory.machineFull', { free })
  return errorText(onGpu ? 'memory.gpuLacks' : 'memory.machineLacks', { requested, free })
}

const bytesOfType: Record<string, number> = { double: 8, int64: 8, half: 2, bfloat16: 2, uint8: 1, bool: 1 }

/** Of “OOM when allocating tensor with shape[32,64,64,64] and type float” or “trying to allocate 1234 bytes”. */
function parseRequestedBytes(message: string): number | null {
  const count = /allocat\w* (\d+) ?bytes/i.exec(message)?.[1]
  if (count !== undefined) return Number(count)
  const [, shape, type = 'float'] = /shape ?\[([\d,]*)\](?: and type (\w+))?/.exec(message) ?? []
  if (shape === undefined) return null
  return shape.split(',').reduce((size, side) => size * Number(side), bytesOfType[type] ?? 4)
}

const formatGigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`
const formatBytes = (count: number) =>
  count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : formatGigabytes(count)

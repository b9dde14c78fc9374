import { FlowerbedError } from '#shared/errors.ts'
import { readAvailableMemory } from './free-memory.ts'
import type { NvidiaGpu } from './nvidia.ts'

const logHint = 'With TF_CPP_MIN_LOG_LEVEL=0 in the environment TensorFlow logs the reason.'

/** The error when TensorFlow computes on the processor although it was given a GPU. */
export function createUnusedGpuError({ name }: NvidiaGpu): FlowerbedError {
  return new FlowerbedError('unavailable', `TensorFlow could not use ${name}`, {
    hint: `Install TensorFlow for NVIDIA GPUs again under Settings → Compute, or choose the device “cpu”. ${logHint}`,
  })
}

/** The error when TensorFlow fails to initialise a GPU, most often because another program has its memory. */
export function createGpuStartError({ name, memoryBytes }: NvidiaGpu, cause: unknown): FlowerbedError {
  const free = readAvailableMemory('cuda')
  const memory =
    memoryBytes === null ? '' : ` (${formatGigabytes(free)} of ${formatGigabytes(memoryBytes)} are free)`
  const words = cause instanceof Error ? cause.message : String(cause)
  return new FlowerbedError('unavailable', `TensorFlow could not start on ${name}${memory}: ${words}`, {
    hint: `Close other programs that use the GPU, or choose the device “cpu”. ${logHint}`,
    cause,
  })
}

/** Translates TensorFlow's out-of-memory errors, with the numbers; null for any other error. */
export function toOutOfMemoryError(thrown: unknown, free = readAvailableMemory): FlowerbedError | null {
  if (!(thrown instanceof Error)) return null
  const { message } = thrown
  if (!/RESOURCE_EXHAUSTED|OOM when allocating|CUDA_ERROR_OUT_OF_MEMORY/i.test(message)) return null
  const onGpu = /GPU|CUDA/.test(message)
  const requested = parseRequestedBytes(message)
  const request = requested === null ? '' : `${formatBytes(requested)} more were requested, and `
  return new FlowerbedError(
    'no-space',
    `${onGpu ? 'The GPU' : 'This machine'} has too little memory: ${request}${formatGigabytes(free(onGpu ? 'cuda' : 'cpu'))} are free.`,
    {
      where: 'batch',
      hint: `Take fewer images per step (batch), switch on gradient checkpointing (checkpointing), or take a smaller width (hidden) or smaller images${onGpu ? ', close other programs that use the GPU, or choose the device “cpu”' : ', or close other programs'}.`,
      cause: thrown,
    },
  )
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

import { FlowerbedError } from '#shared/errors.ts'
import { availableMemory } from './free-memory.ts'
import type { NvidiaCard } from './nvidia.ts'

const sayMore = 'With TF_CPP_MIN_LOG_LEVEL=0 in the environment TensorFlow says what is in its way.'

/** TensorFlow was given a card, and computes on the processor all the same. */
export function notUsed({ name }: NvidiaCard): FlowerbedError {
  return new FlowerbedError('unavailable', `TensorFlow could not use ${name}`, {
    hint: `Install TensorFlow for NVIDIA GPUs again under Settings → Compute, or choose the device “cpu”. ${sayMore}`,
  })
}

/** TensorFlow ended in the middle of taking hold of a card, most often because another program has its memory. */
export function notStarted({ name, memoryBytes }: NvidiaCard, cause: unknown): FlowerbedError {
  const free = availableMemory('cuda')
  const memory = memoryBytes === null ? '' : ` (${gigabytes(free)} of ${gigabytes(memoryBytes)} are free)`
  const words = cause instanceof Error ? cause.message : String(cause)
  return new FlowerbedError('unavailable', `TensorFlow could not start on ${name}${memory}: ${words}`, {
    hint: `Close other programs that use the GPU, or choose the device “cpu”. ${sayMore}`,
    cause,
  })
}

/** TensorFlow's words for memory that is short, in ours, with numbers; null for any other failure. */
export function outOfMemory(thrown: unknown, free = availableMemory): FlowerbedError | null {
  if (!(thrown instanceof Error)) return null
  const { message } = thrown
  if (!/RESOURCE_EXHAUSTED|OOM when allocating|CUDA_ERROR_OUT_OF_MEMORY/i.test(message)) return null
  const onCard = /GPU|CUDA/.test(message)
  const wanted = wantedBytes(message)
  const asked = wanted === null ? '' : `${bytes(wanted)} more were asked for, and `
  return new FlowerbedError(
    'no-space',
    `${onCard ? 'The GPU' : 'This machine'} has too little memory: ${asked}${gigabytes(free(onCard ? 'cuda' : 'cpu'))} are free.`,
    {
      where: 'batch',
      hint: `Take fewer images per step (batch), spare memory (checkpointing), or take a smaller width (hidden) or smaller images${onCard ? ', close other programs that use the GPU, or choose the device “cpu”' : ', or close other programs'}.`,
      cause: thrown,
    },
  )
}

const bytesOfType: Record<string, number> = { double: 8, int64: 8, half: 2, bfloat16: 2, uint8: 1, bool: 1 }

/** Of “OOM when allocating tensor with shape[32,64,64,64] and type float” or “trying to allocate 1234 bytes”. */
function wantedBytes(message: string): number | null {
  const count = /allocat\w* (\d+) ?bytes/i.exec(message)?.[1]
  if (count !== undefined) return Number(count)
  const [, shape, type = 'float'] = /shape ?\[([\d,]*)\](?: and type (\w+))?/.exec(message) ?? []
  if (shape === undefined) return null
  return shape.split(',').reduce((size, side) => size * Number(side), bytesOfType[type] ?? 4)
}

const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`
const bytes = (count: number) => (count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : gigabytes(count))

import { describe, expect, it } from 'vitest'
import {
  createGpuStartError,
  createUnusedGpuError,
  toOutOfMemoryError,
} from '../../../../src-main/engine/backend/gpu-errors.ts'

const free = (device: 'cpu' | 'cuda') => (device === 'cuda' ? 0.25e9 : 3e9)
const gpu = {
  index: 0,
  uuid: 'GPU-1',
  name: 'NVIDIA L4',
  computeCapability: 8.9,
  memoryBytes: 24e9,
  freeBytes: 23e9,
}

describe('toOutOfMemoryError', () => {
  it.each([
    [
      'OOM when allocating tensor with shape[32,256,64,64] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
      'The GPU has too little memory: 134.2 MB more were requested, and 0.3 GB are free.',
    ],
    [
      'RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[8,8] and type bfloat16 on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
      'The GPU has too little memory: 0.0 MB more were requested, and 0.3 GB are free.',
    ],
    [
      'RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[512,512,64,64] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu',
      'This machine has too little memory: 4.3 GB more were requested, and 3.0 GB are free.',
    ],
    [
      'RESOURCE_EXHAUSTED: Out of memory while trying to allocate 2147483648 bytes.',
      'This machine has too little memory: 2.1 GB more were requested, and 3.0 GB are free.',
    ],
    [
      'INTERNAL: failed initializing StreamExecutor for CUDA device ordinal 0: CUDA_ERROR_OUT_OF_MEMORY: out of memory',
      'The GPU has too little memory: 0.3 GB are free.',
    ],
  ])('translates with the numbers: %s', (words, message) => {
    const error = toOutOfMemoryError(new Error(words), free)
    expect(error).toMatchObject({ kind: 'no-space', message, where: 'batch' })
    expect(error?.hint).toMatch(/fewer images per step/)
    expect(/choose the device “cpu”/.test(error?.hint ?? '')).toBe(message.startsWith('The GPU'))
  })

  it('ignores other errors', () => {
    expect(toOutOfMemoryError(new Error('INVALID_ARGUMENT: shapes do not match'), free)).toBeNull()
    expect(toOutOfMemoryError('OOM when allocating', free)).toBeNull()
  })
})

describe('a GPU that TensorFlow cannot use', () => {
  it('is reported with TensorFlow’s message and a remedy', () => {
    const error = createGpuStartError(gpu, new Error('Exception creating TFE_Context'))
    expect(error.message).toMatch(
      /could not start on NVIDIA L4 \([\d.]+ GB of 24\.0 GB are free\): Exception creating/,
    )
    expect(error.hint).toMatch(/Close other programs/)
    expect(createUnusedGpuError(gpu)).toMatchObject({
      kind: 'unavailable',
      message: 'TensorFlow could not use NVIDIA L4',
    })
  })
})

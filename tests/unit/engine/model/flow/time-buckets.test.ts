import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { bucketSums, meanErrorsByTime } from '../../../../../src-main/engine/model/flow/time-buckets.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const sumsOf = (values: number[], t: number[]) => {
  const { sums, counts } = bucketSums(tf.tensor1d(values), tf.tensor1d(t))
  return { sums: [...sums.dataSync()], counts: [...counts.dataSync()] }
}

it('sums each interval of time, its start included and its end excluded, except for the last', () => {
  const { sums, counts } = sumsOf([1, 2, 4, 8, 16, 32], [0, 0.2499, 0.25, 0.75, 0.9999, 1])
  expect(sums).toEqual([3, 4, 0, 56])
  expect(counts).toEqual([2, 1, 0, 3])
})

it('names the means, and has none for a stretch without an image', () => {
  const { sums, counts } = sumsOf([1, 3, 5], [0.1, 0.2, 0.6])
  expect(meanErrorsByTime(sums, counts)).toEqual({ velocityTime1: 2, velocityTime3: 5 })
})

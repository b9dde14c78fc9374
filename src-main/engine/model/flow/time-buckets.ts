import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'

/** Number of equal intervals of t in [0, 1] by which velocity errors are reported. */
export const timeBuckets = 4

/**
 * Sums of a value per image by the interval of its time, and the numbers of images in each:
 * `value` and `t` `[n]` → two `[timeBuckets]`.
 */
export function bucketSums(value: Tensor1D, t: Tensor1D): { sums: Tensor1D; counts: Tensor1D } {
  const index = tf.minimum(tf.floor(t.mul(timeBuckets)), timeBuckets - 1).reshape([-1, 1])
  const indices = tf.tensor2d(
    Float32Array.from({ length: timeBuckets }, (_, i) => i),
    [1, timeBuckets],
  )
  const within = tf.cast<Tensor2D>(tf.equal(index, indices), 'float32')
  return {
    sums: tf.sum(within.mul(value.reshape([-1, 1])), 0),
    counts: tf.sum(within, 0),
  }
}

/** The mean of each interval by the name of its curve, `velocityTime1` nearest the data; intervals without images are absent. */
export function meanErrorsByTime(
  sums: ArrayLike<number> = [],
  counts: ArrayLike<number> = [],
): Record<string, number> {
  const means: Record<string, number> = {}
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0
    if (count > 0) means[`velocityTime${i + 1}`] = (sums[i] ?? NaN) / count
  }
  return means
}

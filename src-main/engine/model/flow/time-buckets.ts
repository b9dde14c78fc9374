import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'

/** The way from image (t = 0) to noise (t = 1) is told apart in this many equal stretches. */
export const timeBuckets = 4

/**
 * Sums of a value per image by the stretch of the way that its time is in, and how many images are in each:
 * `value` and `t` `[n]` → two `[timeBuckets]`.
 */
export function bucketSums(value: Tensor1D, t: Tensor1D): { sums: Tensor1D; counts: Tensor1D } {
  const place = tf.minimum(tf.floor(t.mul(timeBuckets)), timeBuckets - 1).reshape([-1, 1])
  const places = tf.tensor2d(
    Float32Array.from({ length: timeBuckets }, (_, i) => i),
    [1, timeBuckets],
  )
  const within = tf.cast<Tensor2D>(tf.equal(place, places), 'float32')
  return {
    sums: tf.sum(within.mul(value.reshape([-1, 1])), 0),
    counts: tf.sum(within, 0),
  }
}

/** The mean of each stretch by the name of its curve, `velocityTime1` being nearest the image; those of no image are left out. */
export function errorsOfTimes(
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

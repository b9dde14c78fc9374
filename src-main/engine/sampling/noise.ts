import * as tf from '@tensorflow/tfjs-core'
import { valuesOf } from '../graph/values-of.ts'
import { seedWords, statelessNormal } from '../rng.ts'
import type { Purpose } from '../rng.ts'

/** Standard normal rows of a shape; row i depends on (seed, first + i, purpose) alone. */
export function normalRows(options: {
  count: number
  first: number
  seed: number
  purpose: Purpose
  shape: number[]
}): Float32Array {
  const { count, first, seed, purpose, shape } = options
  const size = tf.util.sizeFromShape(shape)
  const values = new Float32Array(count * size)
  for (let i = 0; i < count; i++) {
    const row = () =>
      statelessNormal([1, ...shape], tf.tensor1d(seedWords(seed, first + i, purpose), 'int32'))
    values.set(valuesOf(row), i * size)
  }
  return values
}

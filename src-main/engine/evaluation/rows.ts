import * as tf from '@tensorflow/tfjs-core'
import { valuesOf } from '../graph/values-of.ts'

/** Vectors of one size, row by row. */
export interface Rows {
  count: number
  size: number
  values: Float32Array
}

/** The rows at some positions, in that order. */
export function rowsAt(rows: Rows, indices: ArrayLike<number>): Rows {
  const { size } = rows
  const values = new Float32Array(indices.length * size)
  for (let i = 0; i < indices.length; i++) values.set(rowAt(rows, indices[i] ?? 0), i * size)
  return { count: indices.length, size, values }
}

/** Rows `first` to `first + count` without copying them. */
export const rowsFrom = ({ size, values }: Rows, first: number, count: number): Rows => ({
  count,
  size,
  values: values.subarray(first * size, (first + count) * size),
})

/** One row without copying it. */
export const rowAt = ({ size, values }: Rows, i: number): Float32Array =>
  values.subarray(i * size, (i + 1) * size)

/** Products of all pairs of rows, a·bᵀ: `[a.count, b.count]`. */
export function products(a: Rows, b: Rows): Float32Array {
  return valuesOf(() =>
    tf.matMul(
      tf.tensor2d(a.values, [a.count, a.size]),
      tf.tensor2d(b.values, [b.count, b.size]),
      false,
      true,
    ),
  )
}

/** Squared length of each row. */
export function squaredNorms({ count, size, values }: Rows): Float64Array {
  const norms = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let k = i * size; k < (i + 1) * size; k++) sum += (values[k] ?? 0) ** 2
    norms[i] = sum
  }
  return norms
}

/** The mean of all rows. */
export function meanOf({ count, size, values }: Rows): Float64Array {
  const mean = new Float64Array(size)
  for (let i = 0; i < count; i++)
    for (let k = 0; k < size; k++) mean[k] = (mean[k] ?? 0) + (values[i * size + k] ?? 0) / count
  return mean
}

/** (row − centre) · factor of each row. */
export function scaled({ count, size, values }: Rows, by: { centre: Float64Array; factor: number }): Rows {
  const { centre, factor } = by
  const result = new Float32Array(values.length)
  for (let i = 0; i < count; i++)
    for (let k = 0; k < size; k++)
      result[i * size + k] = ((values[i * size + k] ?? 0) - (centre[k] ?? 0)) * factor
  return { count, size, values: result }
}

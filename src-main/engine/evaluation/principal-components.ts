import * as tf from '@tensorflow/tfjs-core'
import { valuesOf } from '../graph/values-of.ts'
import { uniformStream } from '../rng.ts'
import { meanOf, products, scaled } from './rows.ts'
import type { Rows } from './rows.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

/** A mean and orthonormal directions, the one of largest variance first. */
export interface Components {
  centre: Float64Array
  directions: Rows
}

const iterations = 12
/** Directions more than asked for, by which the iteration converges sooner. */
const extra = 8

/** The leading principal components of some vectors, by orthogonal iteration on their covariance (Golub & Van Loan, 8.2.4). */
export function principalComponents(rows: Rows, count: number): Components {
  const { size } = rows
  const centre = meanOf(rows)
  const width = Math.min(size, count + extra)
  const uniform = uniformStream(1, 0, 'weights')
  let directions: Rows = {
    count: width,
    size,
    values: Float32Array.from({ length: width * size }, () => uniform() - 0.5),
  }
  const covariance = covarianceOf(scaled(rows, { centre, factor: 1 }))
  for (let i = 0; i < iterations; i++) {
    orthonormalise(directions)
    directions = { ...directions, values: products(directions, covariance) }
  }
  orthonormalise(directions)
  const reduced = products({ ...directions, values: products(directions, covariance) }, directions)
  const { vectors } = symmetricEigen(symmetrised(reduced, width), width)
  const rotation = { count: width, size: width, values: Float32Array.from(vectors) }
  const rotated = products(rotation, transposed(directions))
  const kept = Math.min(count, width)
  return { centre, directions: { count: kept, size, values: rotated.slice(0, kept * size) } }
}

/** Coordinates of vectors along the components. */
export function coordinates(rows: Rows, { centre, directions }: Components): Rows {
  const values = products(scaled(rows, { centre, factor: 1 }), directions)
  return { count: rows.count, size: directions.count, values }
}

function covarianceOf({ count, size, values }: Rows): Rows {
  const covariance = valuesOf(() => {
    const x = tf.tensor2d(values, [count, size])
    return tf.matMul(x, x, true).div(count)
  })
  return { count: size, size, values: covariance }
}

function transposed({ count, size, values }: Rows): Rows {
  const result = new Float32Array(values.length)
  for (let i = 0; i < count; i++)
    for (let k = 0; k < size; k++) result[k * count + i] = values[i * size + k] ?? 0
  return { count: size, size: count, values: result }
}

function symmetrised(matrix: Float32Array, n: number): Float64Array {
  return Float64Array.from(
    matrix,
    (each, cell) => (each + (matrix[(cell % n) * n + Math.floor(cell / n)] ?? 0)) / 2,
  )
}

/** Gram-Schmidt on the rows, in place, twice for rounding; a row that depends on those before it becomes zero. */
function orthonormalise({ count, size, values }: Rows): void {
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from(values.subarray(i * size, (i + 1) * size))
    const before = norm(row)
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const other = values.subarray(j * size, (j + 1) * size)
        let dot = 0
        for (let k = 0; k < size; k++) dot += (row[k] ?? 0) * (other[k] ?? 0)
        for (let k = 0; k < size; k++) row[k] = (row[k] ?? 0) - dot * (other[k] ?? 0)
      }
    const length = norm(row)
    const dependent = length <= 1e-6 * before
    for (let k = 0; k < size; k++) values[i * size + k] = dependent ? 0 : (row[k] ?? 0) / length
  }
}

const norm = (row: Float64Array) => Math.sqrt(row.reduce((sum, each) => sum + each * each, 0))

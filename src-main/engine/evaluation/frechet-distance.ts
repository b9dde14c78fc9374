import type { Estimate } from '#shared/schemas/evaluation.ts'
import { groupCount, jackknife } from './estimate.ts'
import type { Rows } from './rows.ts'
import { multiply, squareRoot, symmetricEigen } from './symmetric-eigen.ts'

/** Mean and covariance of some vectors. */
interface Moments {
  mean: Float64Array
  covariance: Float64Array
}

/**
 * Fréchet distance of two Gaussians (Dowson & Landau 1982), |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2·(Σ₁^½·Σ₂·Σ₁^½)^½), fitted to two
 * sets of vectors of a few dozen numbers. It is biased upwards by about the square of their size over the count.
 */
export function frechetDistance(a: Rows, b: Rows): Estimate {
  const groups = groupCount(a.count, b.count)
  const [left, right] = [groupSums(a, groups), groupSums(b, groups)]
  const without = (group: number | null) =>
    distanceOf(
      momentsOf(left, { size: a.size, without: group }),
      momentsOf(right, { size: b.size, without: group }),
    )
  return jackknife(
    without(null),
    Array.from({ length: groups }, (_, group) => without(group)),
  )
}

function distanceOf(a: Moments, b: Moments): number {
  const size = a.mean.length
  const root = squareRoot(a.covariance, size)
  const inner = multiply(multiply(root, b.covariance, size), root, size)
  const { values } = symmetricEigen(inner, size)
  const shared = values.reduce((sum, each) => sum + Math.sqrt(Math.max(0, each)), 0)
  const shift = a.mean.reduce((sum, each, k) => sum + (each - (b.mean[k] ?? 0)) ** 2, 0)
  return shift + trace(a.covariance, size) + trace(b.covariance, size) - 2 * shared
}

function trace(matrix: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += matrix[i * n + i] ?? 0
  return sum
}

/** Sums over the vectors of one group. */
interface Sums {
  count: number
  first: Float64Array
  second: Float64Array
}

function groupSums({ count, size, values }: Rows, groups: number): Sums[] {
  const sums = Array.from({ length: groups }, () => ({
    count: 0,
    first: new Float64Array(size),
    second: new Float64Array(size * size),
  }))
  for (let i = 0; i < count; i++) {
    const group = sums[i % groups] as Sums
    group.count++
    for (let k = 0; k < size; k++) {
      const x = values[i * size + k] ?? 0
      group.first[k] = (group.first[k] ?? 0) + x
      for (let l = 0; l < size; l++)
        group.second[k * size + l] = (group.second[k * size + l] ?? 0) + x * (values[i * size + l] ?? 0)
    }
  }
  return sums
}

function momentsOf(sums: Sums[], { size, without }: { size: number; without: number | null }): Moments {
  const kept = sums.filter((_, group) => group !== without)
  const count = kept.reduce((sum, group) => sum + group.count, 0)
  const total = (of: (group: Sums) => Float64Array, length: number) => {
    const sum = new Float64Array(length)
    for (const group of kept) of(group).forEach((each, k) => (sum[k] = (sum[k] ?? 0) + each))
    return sum
  }
  const mean = total(({ first }) => first, size).map((each) => each / count)
  const covariance = total(({ second }) => second, size * size).map(
    (each, cell) =>
      (each - count * (mean[Math.floor(cell / size)] ?? 0) * (mean[cell % size] ?? 0)) / (count - 1),
  )
  return { mean, covariance }
}

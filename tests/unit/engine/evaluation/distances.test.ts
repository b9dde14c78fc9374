import { beforeAll, describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../../../../src-main/engine/backend/load.ts'
import {
  groupCount,
  jackknife,
  meanEstimate,
  shareEstimate,
} from '../../../../src-main/engine/evaluation/estimate.ts'
import { frechetDistance } from '../../../../src-main/engine/evaluation/frechet-distance.ts'
import { kernelDistance, normalisationOf } from '../../../../src-main/engine/evaluation/kernel-distance.ts'
import {
  coordinates,
  principalComponents,
} from '../../../../src-main/engine/evaluation/principal-components.ts'
import { scaled } from '../../../../src-main/engine/evaluation/rows.ts'
import { slicedWasserstein } from '../../../../src-main/engine/evaluation/sliced-wasserstein.ts'
import {
  multiply,
  squareRoot,
  symmetricEigen,
} from '../../../../src-main/engine/evaluation/symmetric-eigen.ts'
import { normalRows, onBlock, rowsOf } from '../../../helpers/rows.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const standardDeviation = (values: number[]) => {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1))
}

describe('standard errors', () => {
  it('are those of a mean, by the formula and by the jackknife', () => {
    const values = normalRows(40, 1, { seed: 3 }).values
    const { value, error } = meanEstimate(values)
    expect(error).toBeCloseTo(standardDeviation(Array.from(values)) / Math.sqrt(40), 10)
    const without = Array.from(
      { length: 40 },
      (_, left) => meanEstimate(values.filter((__, i) => i !== left)).value,
    )
    expect(jackknife(value, without).error).toBeCloseTo(error, 6)
    expect(shareEstimate(25, 100)).toEqual({ value: 0.25, error: Math.sqrt((0.25 * 0.75) / 100) })
    expect(shareEstimate(0, 100).error).toBeGreaterThan(0)
    expect([groupCount(1000, 17), groupCount(1000), groupCount(3)]).toEqual([4, 10, 2])
  })
})

describe('kernel distance', () => {
  it('is that of the moments up to the third, for two normal distributions', async () => {
    const count = 1500
    const [mean, deviation] = [0.5, 1.5]
    const a = normalRows(count, 1, { seed: 1 })
    const b = normalRows(count, 1, { seed: 2, mean, deviation })
    // Moments of order 1, 2, 3, of which the kernel (x·y + 1)³ has 3, 3 and 1.
    const third = mean ** 3 + 3 * mean * deviation ** 2
    const expected = 3 * mean ** 2 + 3 * (mean ** 2 + deviation ** 2 - 1) ** 2 + third ** 2
    const { value, error } = await kernelDistance(a, b, onBlock)
    expect(error).toBeGreaterThan(0)
    expect(Math.abs(value - expected)).toBeLessThan(4 * error)
    expect(error).toBeLessThan(0.3 * expected)
  })

  it('is without bias between sets of one distribution, with an error bar as wide as its spread', async () => {
    const found = []
    for (let seed = 0; seed < 40; seed++)
      found.push(
        await kernelDistance(
          normalRows(60, 5, { seed: 2 * seed, deviation: 0.4 }),
          normalRows(50, 5, { seed: 2 * seed + 1, deviation: 0.4 }),
          onBlock,
        ),
      )
    const spread = standardDeviation(found.map(({ value }) => value))
    expect(Math.abs(meanEstimate(found.map(({ value }) => value)).value)).toBeLessThan(
      (3 * spread) / Math.sqrt(40),
    )
    const error = meanEstimate(found.map((each) => each.error)).value
    expect(error / spread).toBeGreaterThan(0.6)
    expect(error / spread).toBeLessThan(2)
  })

  it('depends on no scale and no shift after normalisation', async () => {
    const [a, b] = [normalRows(40, 6, { seed: 1 }), normalRows(40, 6, { seed: 2, mean: 0.7 })]
    const distance = async (factor: number, shift: number) => {
      const [left, right] = [a, b].map(({ values, ...rest }) => ({
        ...rest,
        values: values.map((each) => factor * each + shift),
      })) as [typeof a, typeof b]
      const by = normalisationOf(left)
      return await kernelDistance(scaled(left, by), scaled(right, by), onBlock)
    }
    expect((await distance(7, -3)).value).toBeCloseTo((await distance(1, 0)).value, 4)
  })
})

describe('eigenvalues', () => {
  it('are those of known matrices, and roots are squared to the matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect([...values]).toEqual([expect.closeTo(3, 12), expect.closeTo(1, 12)])
    expect(Math.abs(vectors[0] ?? 0)).toBeCloseTo(Math.SQRT1_2, 12)
    expect(vectors[0]).toBeCloseTo(vectors[1] ?? NaN, 12)
    const n = 12
    const rows = normalRows(n, n, { seed: 4 })
    const square = Float64Array.from({ length: n * n }, (_, cell) => {
      const [i, j] = [Math.floor(cell / n), cell % n]
      let sum = 0
      for (let k = 0; k < n; k++) sum += (rows.values[i * n + k] ?? 0) * (rows.values[j * n + k] ?? 0)
      return sum
    })
    const root = squareRoot(square, n)
    multiply(root, root, n).forEach((each, cell) => expect(each).toBeCloseTo(square[cell] ?? NaN, 9))
  })
})

describe('principal components', () => {
  it('are the axes of largest variance, and coordinates along them keep those distances', () => {
    const rows = normalRows(400, 30, { seed: 5 })
    for (let i = 0; i < rows.count; i++)
      for (const [axis, factor] of [
        [17, 9],
        [4, 5],
      ] as const)
        rows.values[i * 30 + axis] = (rows.values[i * 30 + axis] ?? 0) * factor
    const components = principalComponents(rows, 2)
    expect(components.directions.count).toBe(2)
    expect(Math.abs(components.directions.values[17] ?? 0)).toBeGreaterThan(0.99)
    expect(Math.abs(components.directions.values[30 + 4] ?? 0)).toBeGreaterThan(0.99)
    const { values } = coordinates(rows, components)
    const [first = 0] = values
    expect(Math.abs(first)).toBeCloseTo(Math.abs((rows.values[17] ?? 0) - (components.centre[17] ?? 0)), 0)
  })

  it('has no more of them than the vectors have numbers, also where the vectors lie in fewer dimensions', () => {
    const flat = rowsOf(Array.from({ length: 20 }, (_, i) => [i, 2 * i, 0]))
    const { directions } = principalComponents(flat, 8)
    expect(directions.count).toBe(3)
    const [x = 0, y = 0] = directions.values
    expect(y / x).toBeCloseTo(2, 4)
    expect([...directions.values].every(Number.isFinite)).toBe(true)
  })
})

describe('Fréchet distance', () => {
  /** Vectors along the axes with exactly the given mean and variances. */
  const cross = (mean: number[], deviations: number[]) => {
    const { length } = mean
    const count = 40 * length
    const reach = Math.sqrt((count - 1) / (count / length))
    return rowsOf(
      Array.from({ length: count }, (_, i) =>
        mean.map((each, k) =>
          k === i % length
            ? each + (Math.floor(i / length) % 2 ? 1 : -1) * reach * (deviations[k] ?? 0)
            : each,
        ),
      ),
    )
  }

  it('is the closed form for Gaussians with the same axes', () => {
    const { value } = frechetDistance(cross([0, 1, 0], [1, 2, 0.5]), cross([2, 1, -1], [3, 1, 0.5]))
    expect(value).toBeCloseTo(4 + 1 + (3 - 1) ** 2 + (2 - 1) ** 2, 4)
  })

  it('is the closed form of 2 × 2 covariances that do not commute', () => {
    const angle = 0.6
    const turned = (rows: ReturnType<typeof cross>) =>
      rowsOf(
        Array.from({ length: rows.count }, (_, i) => {
          const [x = 0, y = 0] = rows.values.subarray(2 * i, 2 * i + 2)
          return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)]
        }),
      )
    const [a, b] = [cross([0, 0], [3, 1]), turned(cross([0, 0], [2, 0.5]))]
    // tr √(AB) = √(tr AB + 2·√(det A · det B)) for 2 × 2 matrices.
    const [c2, s2] = [Math.cos(angle) ** 2, Math.sin(angle) ** 2]
    const traceOfProduct = 9 * (4 * c2 + 0.25 * s2) + (4 * s2 + 0.25 * c2)
    const expected = 9 + 1 + 4 + 0.25 - 2 * Math.sqrt(traceOfProduct + 2 * (3 * 1))
    expect(frechetDistance(a, b).value).toBeCloseTo(expected, 4)
  })

  it('is 0 for equal sets, with an error bar between others', () => {
    const a = normalRows(100, 4, { seed: 1 })
    expect(Math.abs(frechetDistance(a, a).value)).toBeLessThan(1e-6)
    expect(frechetDistance(a, normalRows(100, 4, { seed: 2, mean: 1 })).error).toBeGreaterThan(0)
  })
})

describe('sliced Wasserstein distance', () => {
  it('is the length of a shift along a random direction', async () => {
    const a = normalRows(100, 20, { seed: 1 })
    const b = { ...a, values: a.values.map((each, i) => each + (i % 20 === 3 ? 2 : 0)) }
    const { value, error } = await slicedWasserstein(a, b, onBlock)
    expect(value).toBeGreaterThan(0.9 * (2 / Math.sqrt(20)))
    expect(value).toBeLessThan(1.1 * (2 / Math.sqrt(20)))
    // The same shift without any group.
    expect(error).toBeLessThan(1e-4)
  })

  it('is the difference of the deviations for centred normal distributions', async () => {
    const [a, b] = [normalRows(1000, 8, { seed: 1 }), normalRows(1000, 8, { seed: 2, deviation: 3 })]
    const { value, error } = await slicedWasserstein(a, b, onBlock)
    expect(Math.abs(value - 2)).toBeLessThan(0.1)
    expect(error).toBeGreaterThan(0.001)
    expect(error).toBeLessThan(0.1)
  })
})

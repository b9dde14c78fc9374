import { beforeAll, describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../../../../src-main/engine/backend/load.ts'
import { manifoldMeasures } from '../../../../src-main/engine/evaluation/manifold.ts'
import { nearCopies } from '../../../../src-main/engine/evaluation/near-copies.ts'
import { NearestVectors, neighbourRadii } from '../../../../src-main/engine/evaluation/nearest.ts'
import { rowsFrom, rowAt } from '../../../../src-main/engine/evaluation/rows.ts'
import { normalRows, onBlock, rowsOf } from '../../../helpers/rows.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

describe('nearest vectors', () => {
  it('are those of a search over all, given in blocks, without the excluded one', async () => {
    const [queries, others] = [normalRows(30, 7, { seed: 1 }), normalRows(50, 7, { seed: 2 })]
    const excluded = Int32Array.from({ length: 30 }, (_, i) => (i % 2 ? i : -1))
    const nearest = new NearestVectors(queries, { k: 3, excluded })
    for (const [first, count] of [
      [0, 2],
      [2, 31],
      [33, 17],
    ] as const)
      await nearest.add(
        rowsFrom(others, first, count),
        Int32Array.from({ length: count }, (_, i) => first + i),
        onBlock,
      )
    for (let i = 0; i < 30; i++) {
      const expected = Array.from({ length: 50 }, (_, j) => {
        const other = rowAt(others, j)
        return {
          j,
          squared: rowAt(queries, i).reduce((sum, each, k) => sum + (each - (other[k] ?? 0)) ** 2, 0),
        }
      })
        .filter(({ j }) => j !== excluded[i])
        .sort((a, b) => a.squared - b.squared)
        .slice(0, 3)
      expect([...nearest.indices.subarray(3 * i, 3 * i + 3)]).toEqual(expected.map(({ j }) => j))
      expected.forEach(({ squared }, at) => expect(nearest.squared[3 * i + at]).toBeCloseTo(squared, 5))
    }
  })

  it('has radii that reach to the k-th other vector', async () => {
    const line = rowsOf([[0], [1], [3], [7], [15]])
    expect([...(await neighbourRadii(line, 1, onBlock))]).toEqual([1, 1, 4, 16, 64])
    expect([...(await neighbourRadii(line, 2, onBlock))]).toEqual([9, 4, 9, 36, 144])
  })
})

describe('precision, recall, density and coverage', () => {
  it('are 1 for samples that are the images, density up to the ball’s own centre', async () => {
    const images = normalRows(60, 4, { seed: 1 })
    const { precision, recall, density, coverage } = await manifoldMeasures(images, images, onBlock)
    expect([precision.value, recall.value, coverage.value]).toEqual([1, 1, 1])
    // Each ball holds its centre and five others, of 60.
    expect(density.value).toBeCloseTo(6 / 5, 10)
  })

  it('tell samples that leave out half of the images from samples of which half are none', async () => {
    const cluster = (seed: number, at: number) => normalRows(40, 3, { seed, mean: at, deviation: 0.1 })
    const both = (...parts: ReturnType<typeof cluster>[]) =>
      rowsOf(parts.flatMap((part) => Array.from({ length: part.count }, (_, i) => [...rowAt(part, i)])))
    const images = both(cluster(1, 0), cluster(2, 10))
    const missing = await manifoldMeasures(images, both(cluster(3, 0), cluster(4, 0)), onBlock)
    expect(missing.precision.value).toBeGreaterThan(0.8)
    expect(missing.recall.value).toBeLessThan(0.55)
    expect(missing.coverage.value).toBeLessThan(0.55)
    const foreign = await manifoldMeasures(cluster(1, 0), both(cluster(3, 0), cluster(4, -10)), onBlock)
    expect(foreign.precision.value).toBeLessThan(0.55)
    expect(foreign.recall.value).toBeGreaterThan(0.8)
    expect(foreign.density.value).toBeLessThan(0.7)
    expect(foreign.coverage.value).toBeGreaterThan(0.8)
  })
})

describe('near copies', () => {
  it('are those that are far nearer to one image than to any other', async () => {
    const images = rowsOf([
      [0, 0],
      [10, 0],
      [0, 10],
      [10.2, 0],
    ])
    const samples = rowsOf([
      [0.5, 0],
      [5, 5],
      [10.1, 0],
      [3, 1],
      [0, 0],
    ])
    const nearest = new NearestVectors(samples, { k: 2 })
    await nearest.add(images, [0, 1, 2, 3], onBlock)
    // The third is as near to two images; the fourth is 3.2 of 7.1 away.
    expect(nearCopies(nearest).value).toBeCloseTo(2 / 5, 10)
  })
})

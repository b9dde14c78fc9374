import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  linspace,
  fourthCorner,
  latentGrid,
  lerp,
  slerp,
} from '../../../../../src-main/engine/model/flow/latent-interpolation.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const latent = (...values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1])
const rows = (x: Tensor4D) => x.reshape([x.shape[0], -1]).arraySync() as number[][]
const length = (values: number[]) => Math.hypot(...values)
/** Like the latent of an image: high-dimensional, and so nearly orthogonal to any other. */
const noise = (seed: number) => tf.randomNormal<tf.Rank.R4>([1, 8, 8, 3], 0, 1, 'float32', seed)
const three = () => [noise(1), noise(2), noise(3)] as const
const four = () => [...three(), noise(4)] as const
const size = { rows: 5, columns: 4 }
/** Integers of a grid by row and column. */
const cells = (grid: Tensor4D) => {
  const all = rows(grid)
  return (row: number, column: number) => all[row * size.columns + column]!
}

describe.each([
  { mode: 'slerp' as const, interpolate: slerp },
  { mode: 'lerp' as const, interpolate: lerp },
])('a grid by $mode', ({ mode, interpolate }) => {
  it('has the latents themselves at its corners', () => {
    const [a, b, c, d] = four()
    const at = cells(latentGrid([a, b, c, d], { ...size, mode }))
    expect([at(0, 0), at(0, 3), at(4, 0), at(4, 3)]).toEqual([a, b, c, d].flatMap(rows))
  })

  it('has the interpolations between its corners as edges', () => {
    const [a, b, c, d] = four()
    const at = cells(latentGrid([a, b, c, d], { ...size, mode }))
    const edge = (from: Tensor4D, to: Tensor4D, count: number) => rows(interpolate(from, to, linspace(count)))
    expect([0, 1, 2, 3].map((i) => at(0, i))).toEqual(edge(a, b, 4))
    expect([0, 1, 2, 3].map((i) => at(4, i))).toEqual(edge(c, d, 4))
    expect([0, 1, 2, 3, 4].map((i) => at(i, 0))).toEqual(edge(a, c, 5))
    expect([0, 1, 2, 3, 4].map((i) => at(i, 3))).toEqual(edge(b, d, 5))
  })

  it('leaves nothing on the device', () => {
    const corners = three()
    const before = tf.memory().numTensors
    latentGrid(corners, { ...size, mode }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

it('is bilinear for lerp', () => {
  const corners = [latent(0, 0), latent(4, 0), latent(0, 8), latent(4, 12)] as const
  expect(rows(latentGrid(corners, { rows: 3, columns: 3, mode: 'lerp' }))).toEqual([
    [0, 0],
    [2, 0],
    [4, 0],
    [0, 4],
    [2, 5],
    [4, 6],
    [0, 8],
    [2, 10],
    [4, 12],
  ])
})

it('preserves the norm of latents for slerp', () => {
  const corners = four()
  const lengths = corners.flatMap(rows).map(length)
  for (const given of [corners, three()]) {
    for (const cell of rows(latentGrid(given, { rows: 7, columns: 7, mode: 'slerp' }))) {
      expect(length(cell)).toBeGreaterThan(0.97 * Math.min(...lengths))
      expect(length(cell)).toBeLessThan(1.03 * Math.max(...lengths))
    }
  }
  // Linear interpolation shortens latents: the middle of four has about half the norm.
  const middle = rows(latentGrid(corners, { rows: 3, columns: 3, mode: 'lerp' }))[4]!
  expect(length(middle)).toBeLessThan(0.7 * Math.min(...lengths))
})

it('computes a fourth corner that is to the third as the second is to the first', () => {
  const axes = [latent(1, 0, 0), latent(0, 2, 0), latent(0, 0, 4)] as const
  expect(rows(fourthCorner(axes, 'lerp'))[0]).toEqual([-1, 2, 4])
  // Barycentric: the cell at (row, column) of an n-grid is (1 − u − v)·a + u·b + v·c.
  const grid = rows(latentGrid(axes, { rows: 3, columns: 3, mode: 'lerp' }))
  expect(grid[4]).toEqual([0, 1, 2])
  expect(grid[8]).toEqual([-1, 2, 4])

  const scaled = rows(fourthCorner(axes, 'slerp'))[0]!
  expect(length(scaled)).toBeCloseTo(3, 5)
  scaled.forEach((value, i) => expect(value).toBeCloseTo(([-1, 2, 4][i]! * 3) / Math.hypot(1, 2, 4), 5))
})

it('has no NaN where the fourth corner is zero', () => {
  const grid = rows(
    latentGrid([latent(1, 1), latent(1, 0), latent(0, 1)], { rows: 3, columns: 3, mode: 'slerp' }),
  )
  expect(grid.flat().every(Number.isFinite)).toBe(true)
})

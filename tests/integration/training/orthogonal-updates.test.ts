import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { applyMuon, orthogonalized } from '../../../src-main/engine/training/orthogonal-updates.ts'

beforeAll(() => loadTensorFlow({ device: 'cpu' }))

/** Numbers in (−0.5, 0.5) that look random. */
function random(seed: number): () => number {
  let k = seed
  return () => {
    const x = 1e4 * Math.sin(++k)
    return x - Math.floor(x) - 0.5
  }
}

/** Orthonormal columns `[rows, columns]` (Gram–Schmidt). */
function orthonormal(rows: number, columns: number, next: () => number): number[][] {
  const vectors: number[][] = []
  while (vectors.length < columns) {
    let v = Array.from({ length: rows }, next)
    for (const u of vectors) {
      const along = u.reduce((sum, x, i) => sum + x * v[i]!, 0)
      v = v.map((x, i) => x - along * u[i]!)
    }
    const norm = Math.hypot(...v)
    vectors.push(v.map((x) => x / norm))
  }
  return vectors
}

/** Σ σ_k u_k v_kᵀ. */
const compose = (u: number[][], sigma: number[], v: number[][]): Tensor2D =>
  tf.tensor2d(
    u[0]!.map((_, i) => v[0]!.map((_, j) => sigma.reduce((sum, s, k) => sum + s * u[k]![i]! * v[k]![j]!, 0))),
  )

/** The iteration on a singular value by itself. */
function iterate(x: number): number {
  for (let k = 0; k < 5; k++) x = 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5
  return x
}

const farthest = (x: Tensor2D, y: Tensor2D) => tf.max(tf.abs(x.sub(y))).dataSync()[0]!

describe('orthogonalized', () => {
  it('takes the iteration on singular values and keeps singular vectors, for tall, wide and square matrices at once', () => {
    const next = random(3)
    const cases = [
      { rows: 40, columns: 8 },
      { rows: 8, columns: 30 },
      { rows: 6, columns: 6 },
      { rows: 5, columns: 8 },
    ].map(({ rows, columns }) => {
      const rank = Math.min(rows, columns)
      const sigma = Array.from({ length: rank }, (_, k) => 10 ** (1 - (2 * k) / rank))
      const [u, v] = [orthonormal(rows, rank, next), orthonormal(columns, rank, next)]
      const norm = Math.hypot(...sigma)
      return {
        matrix: compose(u, sigma, v),
        expected: compose(
          u,
          sigma.map((s) => iterate(s / norm)),
          v,
        ),
        values: sigma.map((s) => iterate(s / norm)),
      }
    })
    const results = orthogonalized(cases.map(({ matrix }) => matrix))
    cases.forEach(({ expected, values }, i) => {
      expect(farthest(results[i]!, expected)).toBeLessThan(2e-3)
      for (const value of values) expect(value).toBeGreaterThan(0.6)
      for (const value of values) expect(value).toBeLessThan(1.3)
    })
  })

  it('does not depend on the scale, and makes zeros of zeros', () => {
    const next = random(5)
    const matrix = tf.tensor2d(Array.from({ length: 12 }, () => [next(), next(), next()]))
    const [one, thousand, zero] = orthogonalized([matrix, matrix.mul(1000), tf.zeros([4, 3])])
    expect(farthest(one!, thousand!)).toBeLessThan(1e-3)
    expect([...zero!.dataSync()]).toEqual(new Array(12).fill(0))
  })
})

it('moves weights against the gradient with momentum, as far for a large gradient as for a small one', () => {
  const weight = tf.zeros([2, 3, 4])
  const gradient = tf.tensor3d(Float32Array.from({ length: 24 }, random(7)), [2, 3, 4])
  const learningRate = tf.scalar(0.01)
  const m = tf.zerosLike(gradient)
  const step = (scale: number) => applyMuon([{ weight, m }], [gradient.mul(scale)], { learningRate })[0]!
  const [small, large] = [step(1e-3), step(1e3)]
  expect([...small.m.dataSync()]).toEqual([...gradient.mul(1e-3).dataSync()])
  expect(tf.max(tf.abs(small.weight.sub(large.weight))).dataSync()[0]).toBeLessThan(1e-5)
  // Of the 6 × 4 matrix all four singular values become about 1: the root mean square is 0.2 · rate.
  const rms = tf.sqrt(tf.mean(tf.square(small.weight))).dataSync()[0]!
  expect(rms / 0.01).toBeGreaterThan(0.2 * 0.7)
  expect(rms / 0.01).toBeLessThan(0.2 * 1.25)
  expect(tf.sum(small.weight.mul(gradient)).dataSync()[0]).toBeLessThan(0)
})

import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { normalQuantile } from '../../../../../src-main/engine/model/flow/normal-quantile.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const quantiles = (p: number[]): number[] =>
  tf.tidy(() => [...normalQuantile(tf.tensor1d(p, 'float32')).dataSync()])

test('gives the tabulated quantiles of the standard normal distribution', () => {
  const table: [number, number][] = [
    [0.5, 0],
    [0.841344746, 1],
    [0.975, 1.959963985],
    [0.99865010196837, 3],
    [0.001, -3.090232306],
    [0.00003167, -4.0000051],
  ]
  const found = quantiles(table.map(([p]) => p))
  table.forEach(([, expected], i) => expect(Math.abs(found[i]! - expected)).toBeLessThan(2e-4))
})

test('is the inverse of the distribution function, antisymmetric, and finite at the ends', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (p) => {
      const [quantile = NaN, mirrored = NaN] = quantiles([p, 1 - p])
      const back = tf.tidy(() => tf.erf(tf.scalar(quantile / Math.SQRT2)).dataSync()[0] ?? NaN)
      expect((1 + back) / 2).toBeCloseTo(p, 5)
      expect(mirrored).toBeCloseTo(-quantile, 2)
    }),
    { numRuns: 50 },
  )
  const [low = NaN, high = NaN] = quantiles([0, 1])
  expect(low).toBeLessThan(-5)
  expect(low).toBeGreaterThan(-6)
  expect(high).toBeCloseTo(-low, 1)
})

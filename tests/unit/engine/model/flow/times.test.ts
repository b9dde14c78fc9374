import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { pathTimes } from '../../../../../src-main/engine/model/flow/times.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const timesOf = (u: number[], options: Parameters<typeof pathTimes>[1]): number[] =>
  tf.tidy(() => [...pathTimes(tf.tensor1d(u, 'float32'), options).dataSync()])

test('independent and without a shift, times are the random numbers themselves', () => {
  expect(
    timesOf([0, 0.25, 0.5], { times: 'independent', timeDistribution: 'uniform', timeShift: 1 }),
  ).toEqual([0, 0.25, 0.5])
})

test('spread times: one in each of n equal parts of [0, 1], whatever the random number', () => {
  const number = fc.double({ min: 0, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 16 }), (u) => {
      const times = timesOf(u, { times: 'spread', timeDistribution: 'uniform', timeShift: 1 }).sort(
        (a, b) => a - b,
      )
      times.forEach((t, i) => {
        expect(t).toBeGreaterThanOrEqual(i / u.length - 1e-5)
        expect(t).toBeLessThan((i + 1) / u.length + 1e-5)
      })
    }),
    { numRuns: 50 },
  )
})

test('a shift of 3 puts half of the times above 3/4, and keeps the ends', () => {
  expect(timesOf([0, 0.5], { times: 'independent', timeDistribution: 'uniform', timeShift: 3 })).toEqual([
    0, 0.75,
  ])
  const [nearlyOne = 0] = timesOf([0.9999], {
    times: 'independent',
    timeDistribution: 'uniform',
    timeShift: 3,
  })
  expect(nearlyOne).toBeGreaterThan(0.9999)
  expect(nearlyOne).toBeLessThanOrEqual(1)
})

test('logit-normal times are mostly in the middle, and a shift moves their median', () => {
  const settings = { times: 'spread', timeDistribution: 'logit-normal', timeShift: 1 } as const
  const u = Array.from({ length: 1001 }, () => 0.0005)
  const even = timesOf(u, settings).sort((a, b) => a - b)
  // sigmoid(±1) of the quantiles 15.87 % and 84.13 %
  expect(even[500]).toBeCloseTo(0.5, 2)
  expect(even[159]).toBeCloseTo(1 / (1 + Math.E), 2)
  expect(even[841]).toBeCloseTo(1 / (1 + 1 / Math.E), 2)
  const shifted = timesOf(u, { ...settings, timeShift: 0.5 }).sort((a, b) => a - b)
  expect(shifted[500]).toBeCloseTo(1 / 3, 2)
  expect(even.every((t) => t > 0 && t < 1)).toBe(true)
})

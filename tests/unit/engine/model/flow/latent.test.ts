import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { lerp, slerp } from '../../../../../src-main/engine/model/flow/latent-interpolation.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const latent = (...values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1])
const rows = (x: Tensor4D) => x.reshape([x.shape[0], -1]).arraySync() as number[][]
const shares = [0, 0.25, 0.5, 1]

it.each([slerp, lerp])('starts and ends at the two latents', (between) => {
  const all = rows(between(latent(3, 0, 4), latent(0, 5, 0), shares))
  all[0]!.forEach((value, i) => {
    expect(value).toBeCloseTo([3, 0, 4][i]!, 5)
  })
  all.at(-1)!.forEach((value, i) => {
    expect(value).toBeCloseTo([0, 5, 0][i]!, 5)
  })
})

it('preserves the norm along the great circle, at a constant angular speed', () => {
  const all = rows(slerp(latent(5, 0), latent(0, 5), shares))
  all.forEach(([x = NaN, y = NaN], i) => {
    expect(Math.hypot(x, y)).toBeCloseTo(5, 4)
    expect(Math.atan2(y, x)).toBeCloseTo((shares[i]! * Math.PI) / 2, 5)
  })
})

it.each([
  { what: 'the same latent twice', b: [1, 2] },
  { what: 'opposite ones', b: [-1, -2] },
])('interpolates linearly between $what, without NaN', ({ b }) => {
  const all = rows(slerp(latent(1, 2), latent(...b), [0, 0.5, 1]))
  expect(all.flat().every(Number.isFinite)).toBe(true)
  expect(all[1]![0]).toBeCloseTo((1 + b[0]!) / 2, 3)
})

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { consistentPath, referencePath } from '../../../../../src-main/engine/model/flow/path.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'
import { relativeError } from '../../../../helpers/reference.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const normal = (seed: number) => tf.randomNormal<tf.Rank.R4>([3, 2, 4, 3], 0, 1, 'float32', seed)
const times = (...t: number[]) => tf.tensor1d(t)
const input = (t: Tensor1D, sigma: number) => ({
  x: normal(1),
  posterior: { mean: normal(2), logvar: normal(3) },
  eps: normal(4),
  t,
  sigma,
})

describe.each([
  { name: 'consistent', path: consistentPath, sigma: 0.2 },
  { name: 'reference without observation noise', path: referencePath, sigma: 0 },
])('the $name path', ({ path, sigma }) => {
  it('moves with its target velocity', () => {
    const h = 1 / 64
    const [before, after] = [
      path(input(times(0.2 - h, 0.5 - h, 0.9 - h), sigma)),
      path(input(times(0.2 + h, 0.5 + h, 0.9 + h), sigma)),
    ]
    const measured = after.xT.sub(before.xT).div(2 * h)
    expect(relativeError(measured, before.vTarget)).toBeLessThan(1e-4)
  })

  it('ends in the latent', () => {
    const { xT, z } = path(input(times(1, 1, 1), sigma))
    expect(relativeError(xT, z)).toBeLessThan(1e-6)
  })
})

it('starts, for the consistent path, at the image with observation noise', () => {
  const from = input(times(0, 0, 0), 0.2)
  expect(relativeError(consistentPath(from).xT, from.x.add(from.eps.mul(0.2)))).toBeLessThan(1e-6)
})

it('adds, as the reference does, σ·eps to the target only', () => {
  const [without, withNoise] = [
    referencePath(input(times(0.1, 0.5, 1), 0)),
    referencePath(input(times(0.1, 0.5, 1), 0.3)),
  ]
  expect(relativeError(withNoise.xT, without.xT)).toBe(0)
  expect(relativeError(withNoise.vTarget.sub(without.vTarget), normal(4).mul(0.3))).toBeLessThan(1e-5)
})

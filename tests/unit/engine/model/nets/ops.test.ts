import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  fromPatches,
  groupNorm,
  meanSquare,
  relu,
  sumAll,
  toPatches,
} from '../../../../../src-main/engine/model/nets/ops.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'
import { relativeError } from '../../../../helpers/reference.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0.3, 1.5, 'float32', seed)

/** Group norm in words, differentiated by tfjs itself. */
function plainGroupNorm(options: { x: Tensor; scale: Tensor; shift: Tensor; groups: number }): Tensor {
  const { x, scale, shift, groups } = options
  const [n = 0, h = 0, w = 0, c = 0] = x.shape
  const grouped = x.reshape([n, h * w, groups, c / groups])
  const { mean, variance } = tf.moments(grouped, [1, 3], true)
  return grouped.sub(mean).div(variance.add(1e-5).sqrt()).reshape(x.shape).mul(scale).add(shift)
}

/** The most that ours and the plain one's gradients differ, all weighted by one fixed cotangent. */
function gradientErrors(ours: (...x: Tensor[]) => Tensor, plain: (...x: Tensor[]) => Tensor, at: Tensor[]) {
  const cotangent = normal(ours(...at).shape, 99)
  const [mine, theirs] = [ours, plain].map((f) => tf.grads((...x) => f(...x).mul(cotangent))(at))
  return mine!.map((gradient, i) => relativeError(gradient, theirs![i]!))
}

describe('closed-form gradients equal those of the definitions', () => {
  it.each([1, 2, 4])('group norm over %i groups: value, and gradients of x, scale and shift', (groups) => {
    const at = [normal([3, 5, 4, 8], 1), normal([8], 2), normal([8], 3)]
    const of =
      (norm: typeof plainGroupNorm) =>
      (...[x, scale, shift]: Tensor[]) =>
        norm({ x: x!, scale: scale!, shift: shift!, groups })
    const ours = of((options) => groupNorm({ ...options, x: options.x as Tensor4D }))
    expect(relativeError(ours(...at), of(plainGroupNorm)(...at))).toBeLessThan(1e-5)
    for (const error of gradientErrors(ours, of(plainGroupNorm), at)) expect(error).toBeLessThan(1e-4)
  })

  it('relu', () => {
    const [error] = gradientErrors(
      (x) => relu(x),
      (x) => tf.relu(x),
      [normal([4, 9], 4)],
    )
    expect(error).toBeLessThan(1e-6)
  })

  it('mean of squares and sum', () => {
    const at = [normal([3, 4, 2], 5)]
    const [square] = gradientErrors(
      (x) => meanSquare(x),
      (x) => tf.mean(tf.square(x)),
      at,
    )
    const [sum] = gradientErrors(
      (x) => sumAll(x),
      (x) => tf.sum(x),
      at,
    )
    expect(square).toBeLessThan(1e-5)
    expect(sum).toBeLessThan(1e-6)
  })
})

describe('patches', () => {
  it('gather neighbours into one place', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1])
    const patches = toPatches(x, 2)
    expect(patches.shape).toEqual([1, 1, 2, 4])
    expect([...patches.dataSync()]).toEqual([1, 2, 5, 6, 3, 4, 7, 8])
  })

  it('come back as they were, whatever the sides', () => {
    const x = normal([2, 6, 4, 3], 6) as Tensor4D
    expect([...fromPatches(toPatches(x, 2), 2).dataSync()]).toEqual([...x.dataSync()])
  })
})

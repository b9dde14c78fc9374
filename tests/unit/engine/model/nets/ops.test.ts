import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { traceImplementations } from '../../../../../src-main/engine/graph/passes/lower-ops.ts'
import {
  defineOp,
  implement,
  withImplementations,
} from '../../../../../src-main/engine/model/abstract-ops.ts'
import { groupNorm } from '../../../../../src-main/engine/model/nets/group-norm.ts'
import {
  addBias,
  fromPatches,
  meanSquare,
  relu,
  sumAll,
  sumOfSquares,
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

describe('abstract operations', () => {
  /** The same operation by TensorFlow's fused operations. */
  const fuse =
    (op: (...x: Tensor[]) => Tensor) =>
    (...x: Tensor[]) =>
      withImplementations(traceImplementations({ kernels: false, fused: false }), () => op(...x))

  it.each<[string, (...x: Tensor[]) => Tensor, number[][]]>([
    ['relu', (x) => relu(x), [[4, 9]]],
    ['addBias', (x, bias) => addBias(x, bias), [[2, 3, 4, 5], [5]]],
  ])('%s: the fused implementation has the values and gradients of the meaning', (_, op, shapes) => {
    const at = shapes.map((shape, i) => normal(shape, 4 + i))
    expect(relativeError(fuse(op)(...at), op(...at))).toBeLessThan(1e-6)
    for (const error of gradientErrors(fuse(op), op, at)) expect(error).toBeLessThan(1e-6)
  })

  it('sumOfSquares: the fused implementation has the value of the meaning', () => {
    const x = normal([5, 7], 8)
    const fused = fuse((of) => sumOfSquares(of))
    expect(relativeError(fused(x), sumOfSquares(x))).toBeLessThan(1e-6)
  })

  it('keep the implementations of an outer call, also after an error', () => {
    const op = defineOp(() => 'meaning')
    const called = withImplementations([implement(op, () => 'outer')], () => {
      expect(() =>
        withImplementations([], () => {
          throw new Error(op())
        }),
      ).toThrow('meaning')
      return op()
    })
    expect([called, op()]).toEqual(['outer', 'meaning'])
  })
})

describe('patches', () => {
  it('gather neighbours into channels', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1])
    const patches = toPatches(x, 2)
    expect(patches.shape).toEqual([1, 1, 2, 4])
    expect([...patches.dataSync()]).toEqual([1, 2, 5, 6, 3, 4, 7, 8])
  })

  it('are inverted by fromPatches for any sides', () => {
    const x = normal([2, 6, 4, 3], 6) as Tensor4D
    expect([...fromPatches(toPatches(x, 2), 2).dataSync()]).toEqual([...x.dataSync()])
  })
})

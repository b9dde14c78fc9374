import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  klElements,
  nllElements,
  referenceKlElements,
} from '../../../../../src-main/engine/model/flow/divergence.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'
import { relativeError } from '../../../../helpers/reference.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 0.7, 'float32', seed)
const posterior = () => ({
  mean: normal([2, 3, 2, 1], 1) as Tensor4D,
  logvar: normal([2, 3, 2, 1], 2) as Tensor4D,
})
const prior = () => ({ mean: normal([3, 2, 1], 3), logvar: normal([3, 2, 1], 4) })

describe('KL(q‖p)', () => {
  it('is zero for equal distributions', () => {
    const p = prior()
    const q = { mean: p.mean.expandDims<Tensor4D>(0), logvar: p.logvar.expandDims<Tensor4D>(0) }
    expect(Math.max(...klElements(q, p).abs().dataSync())).toBeLessThan(1e-6)
  })

  it('is E_q[log q − log p], integrated numerically', () => {
    const [q, p] = [posterior(), prior()]
    const kl = klElements(q, p).dataSync()
    const [qm, ql, pm, pl] = [q.mean, q.logvar, p.mean, p.logvar].map((tensor) => tensor.dataSync())
    kl.forEach((value, i) => {
      const [m, s] = [qm![i]!, Math.exp(ql![i]! / 2)]
      const [pMean, pStd] = [pm![i % 6]!, Math.exp(pl![i % 6]! / 2)]
      let sum = 0
      const h = 0.01
      for (let u = -8; u <= 8; u += h) {
        const z = m + s * u
        const logRatio = -(u ** 2) / 2 - Math.log(s) + ((z - pMean) / pStd) ** 2 / 2 + Math.log(pStd)
        sum += ((h * Math.exp(-(u ** 2) / 2)) / Math.sqrt(2 * Math.PI)) * logRatio
      }
      expect(value).toBeCloseTo(sum, 4)
    })
  })

  it('has the same value in the reference, whose only gradient of the prior is 1/2 per log-variance', () => {
    const [q, p] = [posterior(), prior()]
    expect(relativeError(referenceKlElements(q, p), klElements(q, p))).toBeLessThan(1e-6)
    const [mean, logvar] = tf.grads((m: Tensor, l: Tensor) =>
      tf.sum(referenceKlElements(q, { mean: m, logvar: l })),
    )([p.mean, p.logvar])
    expect([...mean!.dataSync()]).toEqual([0, 0, 0, 0, 0, 0])
    for (const value of logvar!.dataSync()) expect(value).toBeCloseTo(0.5 * 2, 6)
  })
})

it('is minimal for a prior with the images’ mean and variance', () => {
  const x = tf.tensor4d([0.1, 0.5, 0.9], [3, 1, 1, 1])
  const variance = (0.16 + 0 + 0.16) / 3
  const gradients = tf.grads((mean: Tensor, logvar: Tensor) => tf.sum(nllElements(x, { mean, logvar })))([
    tf.tensor([0.5], [1, 1, 1]),
    tf.tensor([Math.log(variance)], [1, 1, 1]),
  ])
  for (const gradient of gradients) expect(gradient.dataSync()[0]).toBeCloseTo(0, 5)
})

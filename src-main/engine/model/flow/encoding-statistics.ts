import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { klElements } from './divergence.ts'
import type { Gaussian } from '../gaussian.ts'

/** A dimension whose mean varies less than this over the images says nothing of them (Burda et al. 2016, section 5.2). */
const activeVariance = 0.01

/** Sums over images of what q(z|x) says of each dimension; all alike in length. */
export interface EncodingSums {
  mean: Float32Array
  meanSquare: Float32Array
  std: Float32Array
  variance: Float32Array
  kl: Float32Array
}

/** What the encodings of some images have in common. Sizes in nats are those of one dimension on average. */
export interface EncodingStatistics {
  /** Means of q over images and dimensions: their average and their spread around it. */
  mean: { average: number; spread: number }
  /** Standard deviations of q: their average, and the least and the largest dimension's own average. */
  std: { average: number; low: number; high: number }
  /** KL(q‖p). */
  kl: number
  /** Dimensions that tell images apart, of all. */
  activeDimensions: number
  dimensions: number
  /**
   * KL(N(μ, σ²)‖p), μ and σ² being the aggregate posterior's moments: nought when what is drawn from p falls where
   * images are encoded to (Hoffman & Johnson 2016 name this part of the KL the marginal one).
   */
  aggregateGap: number
}

/** Those sums in a graph: q of `[n, h, w, c]`, p broadcast over n → each `[h, w, c]`. */
export function encodingSums(q: Gaussian, p: Gaussian<Tensor>): Record<keyof EncodingSums, Tensor> {
  const overImages = (value: Tensor) => tf.sum(value, 0)
  const variance = tf.exp(q.logvar)
  return {
    mean: overImages(q.mean),
    meanSquare: overImages(tf.square(q.mean)),
    std: overImages(tf.sqrt(variance)),
    variance: overImages(variance),
    kl: overImages(klElements(q, p)),
  }
}

/** @param sums over `count` images @param p the prior's mean and logvar per dimension, or one for all */
export function encodingStatistics(
  sums: EncodingSums,
  count: number,
  p: { mean: Float32Array; logvar: Float32Array },
): EncodingStatistics {
  const dimensions = sums.mean.length
  const of = (values: Float32Array, i: number) => values[values.length === 1 ? 0 : i] ?? NaN
  const average = (values: Float32Array) => values.reduce((sum, value) => sum + value / dimensions, 0)
  const total = average(sums.mean) / count
  const totalSquare = average(sums.meanSquare) / count
  let activeDimensions = 0
  let aggregateGap = 0
  for (let i = 0; i < dimensions; i++) {
    const mean = of(sums.mean, i) / count
    // The unbiased one; rounding may take it a little below nought.
    const between = Math.max(0, (of(sums.meanSquare, i) - count * mean * mean) / Math.max(1, count - 1))
    if (between > activeVariance) activeDimensions++
    const variance = between + of(sums.variance, i) / count
    const priorVariance = Math.exp(of(p.logvar, i))
    const distance = (variance + (mean - of(p.mean, i)) ** 2) / priorVariance
    aggregateGap += (distance - 1 - Math.log(variance / priorVariance)) / 2 / dimensions
  }
  return {
    mean: { average: total, spread: Math.sqrt(Math.max(0, totalSquare - total * total)) },
    std: {
      average: average(sums.std) / count,
      low: sums.std.reduce((low, value) => Math.min(low, value), Infinity) / count,
      high: sums.std.reduce((high, value) => Math.max(high, value), 0) / count,
    },
    kl: average(sums.kl) / count,
    activeDimensions,
    dimensions,
    aggregateGap,
  }
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { klElements } from './divergence.ts'
import type { Gaussian } from '../gaussian.ts'

/** A latent dimension is active if the variance of its mean over images exceeds this (Burda et al. 2016, section 5.2). */
const activeVariance = 0.01

/** Sums over images of statistics of q(z|x), per latent dimension; all of the same length. */
export interface EncodingSums {
  mean: Float32Array
  meanSquare: Float32Array
  std: Float32Array
  variance: Float32Array
  kl: Float32Array
}

/** Statistics of the encodings of some images. Values in nats are means over dimensions. */
export interface EncodingStatistics {
  /** Average and standard deviation of q's means over images and dimensions. */
  mean: { average: number; spread: number }
  /** q's standard deviations: their average, and the smallest and largest average of a dimension. */
  std: { average: number; low: number; high: number }
  /** KL(q‖p). */
  kl: number
  /** Number of active dimensions, of `dimensions`. */
  activeDimensions: number
  dimensions: number
  /**
   * KL(N(μ, σ²)‖p) with the moments μ and σ² of the aggregate posterior: zero when p matches the distribution of
   * encodings (the marginal KL of Hoffman & Johnson 2016).
   */
  aggregateGap: number
}

/** Computes `EncodingSums` as tensors: q `[n, …]`, p broadcast over n → each like one row of q. */
export function encodingSums(q: Gaussian<Tensor>, p: Gaussian<Tensor>): Record<keyof EncodingSums, Tensor> {
  const sumImages = (value: Tensor) => tf.sum(value, 0)
  const variance = tf.exp(q.logvar)
  return {
    mean: sumImages(q.mean),
    meanSquare: sumImages(tf.square(q.mean)),
    std: sumImages(tf.sqrt(variance)),
    variance: sumImages(variance),
    kl: sumImages(klElements(q, p)),
  }
}

/**
 * Computes the statistics from sums over `count` images.
 * @param p the prior's mean and logvar, per dimension or one for all
 */
export function encodingStatistics(
  sums: EncodingSums,
  count: number,
  p: { mean: Float32Array; logvar: Float32Array },
): EncodingStatistics {
  const dimensions = sums.mean.length
  const at = (values: Float32Array, i: number) => values[values.length === 1 ? 0 : i] ?? NaN
  const average = (values: Float32Array) => values.reduce((sum, value) => sum + value / dimensions, 0)
  const total = average(sums.mean) / count
  const totalSquare = average(sums.meanSquare) / count
  let activeDimensions = 0
  let aggregateGap = 0
  for (let i = 0; i < dimensions; i++) {
    const mean = at(sums.mean, i) / count
    // Unbiased; rounding may make it slightly negative.
    const between = Math.max(0, (at(sums.meanSquare, i) - count * mean * mean) / Math.max(1, count - 1))
    if (between > activeVariance) activeDimensions++
    const variance = between + at(sums.variance, i) / count
    const priorVariance = Math.exp(at(p.logvar, i))
    const distance = (variance + (mean - at(p.mean, i)) ** 2) / priorVariance
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

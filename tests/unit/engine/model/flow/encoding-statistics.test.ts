import * as tf from '@tensorflow/tfjs-core'
import type { Rank } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  encodingStatistics,
  encodingSums,
} from '../../../../../src-main/engine/model/flow/encoding-statistics.ts'
import type { EncodingSums } from '../../../../../src-main/engine/model/flow/encoding-statistics.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

/** Statistics of `means[image][dimension]` with one standard deviation, for one prior. */
function statisticsOf(means: number[][], std: number, p = { mean: 0, logvar: 0 }) {
  const shape: [number, number, number, number] = [means.length, 1, means[0]!.length, 1]
  const sums = encodingSums(
    { mean: tf.tensor4d(means.flat(), shape), logvar: tf.fill<Rank.R4>(shape, 2 * Math.log(std)) },
    { mean: tf.scalar(p.mean), logvar: tf.scalar(p.logvar) },
  )
  return encodingStatistics(
    Object.fromEntries(
      Object.entries(sums).map(([name, value]) => [name, value.dataSync<'float32'>()]),
    ) as unknown as EncodingSums,
    means.length,
    { mean: Float32Array.of(p.mean), logvar: Float32Array.of(p.logvar) },
  )
}

describe('statistics of encodings', () => {
  it('of a posterior that equals the prior for every image: no active dimension, KL 0', () => {
    const found = statisticsOf(
      Array.from({ length: 8 }, () => [0.3, 0.3, 0.3]),
      0.5,
      { mean: 0.3, logvar: 2 * Math.log(0.5) },
    )
    expect(found).toMatchObject({ activeDimensions: 0, dimensions: 3 })
    expect(found.kl).toBeCloseTo(0, 6)
    expect(found.aggregateGap).toBeCloseTo(0, 6)
    expect(found.mean.average).toBeCloseTo(0.3, 6)
    expect(found.mean.spread).toBeCloseTo(0, 3)
    expect(found.std.average).toBeCloseTo(0.5, 6)
  })

  it('of encodings that differ and whose aggregate is the prior: KL > 0 without a gap', () => {
    // ± a of 8 images has the unbiased variance 8/7·a²; with s² it adds up to 1.
    const [a, s] = [0.6, Math.sqrt(1 - (8 / 7) * 0.36)]
    const found = statisticsOf(
      Array.from({ length: 8 }, (_, i) => [i % 2 === 0 ? a : -a, 0]),
      s,
    )
    expect(found.activeDimensions).toBe(1)
    const kl = (mean: number) => (s * s + mean * mean - 1 - 2 * Math.log(s)) / 2
    expect(found.kl).toBeCloseTo((kl(a) + kl(0)) / 2, 5)
    // The first dimension has none; the second's variance is s².
    expect(found.aggregateGap).toBeCloseTo((s * s - 1 - 2 * Math.log(s)) / 2 / 2, 5)
    expect(found.mean.spread).toBeCloseTo(a / Math.SQRT2, 5)
  })

  it('of encodings away from the prior: the KL of the two normals', () => {
    const found = statisticsOf(
      Array.from({ length: 4 }, () => [2]),
      0.5,
      { mean: -1, logvar: Math.log(4) },
    )
    expect(found.aggregateGap).toBeCloseTo(((0.25 + 9) / 4 - 1 - Math.log(0.25 / 4)) / 2, 5)
  })

  it('counts a dimension as active above a variance of 0.01', () => {
    const apart = (variance: number) => Math.sqrt(variance / 2)
    const [less, more] = [apart(0.0099), apart(0.0101)]
    expect(
      statisticsOf(
        [
          [less, more],
          [-less, -more],
        ],
        1,
      ).activeDimensions,
    ).toBe(1)
  })

  it('of a single image are finite where they are defined', () => {
    const found = statisticsOf([[0.5, -0.5]], 1)
    const { mean, std, kl, aggregateGap } = found
    for (const number of [mean.spread, std.low, kl, aggregateGap]) expect(number).toSatisfy(Number.isFinite)
    expect(found.activeDimensions).toBe(0)
  })
})

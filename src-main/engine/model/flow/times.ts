import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { normalQuantile } from './normal-quantile.ts'

/** The settings that decide at which times a run trains. */
export type TimeSettings = Pick<RunConfig, 'times' | 'timeDistribution' | 'timeShift'>

/**
 * The times that a batch trains at, from uniform numbers `u` `[n]` in [0, 1).
 * `spread`: n evenly spaced quantiles, shifted by the first number, so that every batch covers the distribution (Kingma et
 * al. 2021, I.1). `logit-normal`: t = sigmoid(n) with n ~ N(0, 1), most often in the middle (Esser et al. 2024, section
 * 3.1). A time shift s > 1 moves times towards the noise: t = s·u / (1 + (s − 1)·u) (section 5.3.2); that adds log s to
 * the logit.
 */
export function pathTimes(u: Tensor1D, settings: TimeSettings): Tensor1D {
  const { times, timeDistribution, timeShift: shift } = settings
  const quantiles = times === 'spread' ? spreadEvenly(u, u.shape[0]) : u
  const unshifted = timeDistribution === 'logit-normal' ? tf.sigmoid(normalQuantile(quantiles)) : quantiles
  return shift === 1 ? unshifted : unshifted.mul(shift).div(unshifted.mul(shift - 1).add<Tensor1D>(1))
}

function spreadEvenly(u: Tensor1D, n: number): Tensor1D {
  const first = u.slice<Tensor1D>([0], [1])
  const even = tf.tensor1d(Float32Array.from({ length: n }, (_, i) => i / n))
  const moved = even.add<Tensor1D>(first)
  return moved.sub(tf.floor(moved))
}

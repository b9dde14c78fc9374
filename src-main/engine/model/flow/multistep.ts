import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Slope } from './solver.ts'

/**
 * DPM-Solver++(2M) (Lu et al. 2022, algorithm 2) for the straight path, whose log-SNR is λ = 2·log((1 − t)/t): from time s
 * to time e the ODE is solved exactly for a prediction of the end that changes linearly in λ, extrapolated from the last
 * two evaluations. One evaluation a step. Towards the data the end is x̂₀ = x − t·v, towards the latent x̂₁ = x + (1 − t)·v.
 */

/** A step as the numbers that `multistepStep` needs. */
export interface MultistepNumbers {
  t: number
  /** The end is x + reach·v. */
  reach: number
  /** Share of the change of the end since the last step that is added to it; 0 in the first step. */
  extrapolation: number
  /** x at the end of the step = keep·x + gain·end. */
  keep: number
  gain: number
}

export const multistepNumberNames = ['t', 'reach', 'extrapolation', 'keep', 'gain'] as const

/** Where λ would be infinite: the largest |log((1 − t)/t)| that counts. */
const maxLogRatio = Math.log(1000)

/** log((1 − t)/t), half the log-SNR, bounded at the ends. */
function logRatio(t: number): number {
  const value = Math.log(1 - t) - Math.log(t)
  return Math.min(maxLogRatio, Math.max(-maxLogRatio, value))
}

/** The numbers of consecutive steps, given by their start and size; all in one direction. */
export function multistepNumbers(steps: { t: number; dt: number }[]): MultistepNumbers[] {
  return steps.map(({ t, dt }, i) => {
    const previous = steps[i - 1]
    const end = t + dt
    const towardsData = dt < 0
    // Mirrored towards the latent: the distance to the end takes the place of the time.
    const [from, to] = towardsData ? [t, end] : [1 - t, 1 - end]
    const isLast = to <= 0
    const keep = isLast ? 0 : to / from
    const lambda = logRatio(t)
    const extrapolation =
      previous === undefined || isLast
        ? 0
        : (0.5 * (logRatio(end) - lambda)) / (lambda - logRatio(previous.t) || Infinity)
    return {
      t,
      reach: towardsData ? -t : 1 - t,
      extrapolation,
      keep,
      // What the end needs so that x on the straight line from it stays on that line.
      gain: isLast ? 1 : 1 - to - keep * (1 - from),
    }
  })
}

/**
 * One step; `last` is the end that the step before predicted. All numbers are scalar tensors, so that one traced step
 * serves all.
 * @returns x at the end of the step, and the end that it predicted, both like x
 */
export function multistepStep(options: {
  slope: Slope
  x: Tensor4D
  last: Tensor4D
  numbers: Record<(typeof multistepNumberNames)[number], Tensor>
}): { x: Tensor4D; last: Tensor4D } {
  const { slope, x, last, numbers } = options
  const { t, reach, extrapolation, keep, gain } = numbers
  return tf.tidy(() => {
    const v = slope(x, tf.tile(t.reshape([1]), [x.shape[0]]))
    const end = x.add<Tensor4D>(v.mul(reach))
    const extrapolated = end.add<Tensor4D>(end.sub(last).mul(extrapolation))
    return { x: x.mul(keep).add(extrapolated.mul(gain)), last: end }
  })
}

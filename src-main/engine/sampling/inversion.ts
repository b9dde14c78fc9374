import { evaluationsOf, adaptiveSolver } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'

/**
 * How images are integrated backwards unless more exact sampling is asked for. The few steps of `dpm2m` that images are
 * generated with extrapolate from the images, where the velocity changes most: their error there is several times as large. More
 * steps than these are no better: refining the latents begins nearer, but with more noise than the images need (docs/model.md).
 */
const accurate = { solver: 'heun', timeGrid: 'uniform', steps: 12 } as const
/** Network evaluations that are as exact by any solver. */
const enough = 48

/** Rounds in which latents are refined, and network evaluations of all of them, at most. */
const mostRounds = 8
const mostEvaluations = 96

/** The sampling by which images are inverted: as asked for where that takes enough evaluations. */
export function inversionOf(sampling: Sampling): Sampling {
  const isAccurate = sampling.solver === adaptiveSolver || evaluationsOf(sampling) >= enough
  return isAccurate ? sampling : { ...sampling, ...accurate }
}

/** Rounds in which latents are refined for the sampling that they are generated with, at most. */
export const refiningRounds = (sampling: Sampling): number =>
  Math.max(1, Math.min(mostRounds, Math.floor(mostEvaluations / evaluationsOf(sampling))))

/** Network evaluations of inverting an image and refining its latent, at most. */
export const inversionWork = (sampling: Sampling): number =>
  evaluationsOf(inversionOf(sampling)) + (refiningRounds(sampling) + 1) * evaluationsOf(sampling)

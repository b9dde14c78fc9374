import { evaluationsOf, adaptiveSolver } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'

/**
 * How images are integrated backwards unless more exact sampling is asked for. The few steps of `dpm2m` that images are
 * generated with extrapolate from the images, where the velocity changes most: their error there is several times as large.
 */
const accurate = { solver: 'heun', timeGrid: 'uniform', steps: 24 } as const

/** The sampling by which images are inverted: as asked for where that takes as many evaluations. */
export function inversionOf(sampling: Sampling): Sampling {
  const isAccurate = sampling.solver === adaptiveSolver || evaluationsOf(sampling) >= evaluationsOf(accurate)
  return isAccurate ? sampling : { ...sampling, ...accurate }
}

/** Network evaluations of inverting an image. */
export const inversionWork = (sampling: Sampling): number => evaluationsOf(inversionOf(sampling))

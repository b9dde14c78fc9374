import type { Estimate } from '#shared/schemas/evaluation.ts'
import { shareEstimate } from './estimate.ts'
import type { NearestVectors } from './nearest.ts'

/** A sample is a near copy of an image that is less than this share as far as the next one. */
export const nearCopyRatio = 1 / 3

/**
 * Share of near copies among vectors whose two nearest others are known (the ratio test of Carlini et al. 2023): the
 * nearest is less than a third as far as the second nearest. A copy of an image that is in the dataset twice does not count.
 */
export function nearCopies({ squared }: Pick<NearestVectors, 'squared'>): Estimate {
  const count = squared.length / 2
  let copies = 0
  for (let i = 0; i < count; i++) {
    const [nearest = Infinity, second = Infinity] = squared.subarray(2 * i, 2 * i + 2)
    if (Math.sqrt(nearest) < nearCopyRatio * Math.sqrt(second)) copies++
  }
  return shareEstimate(copies, count)
}

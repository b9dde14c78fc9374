import type { InterpolationQuality } from '#shared/schemas/evaluation.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import { firstRows } from './compare.ts'
import type { Comparison } from './compare.ts'
import type { FeatureExtractor } from './features.ts'
import type { Generated } from './generate.ts'
import { rowsAt } from './rows.ts'
import type { Rows } from './rows.ts'

/** What was measured of interpolations, with the distances of their middle frames beside those of as many samples. */
export async function interpolationQuality(
  { encoder, pairs, frames, evenness, endError, middle }: NonNullable<Generated['interpolation']>,
  options: { samples: Rows; comparison: Comparison; extractor: FeatureExtractor; onStep: OnStep },
): Promise<InterpolationQuality> {
  const { samples, comparison, extractor, onStep } = options
  const found = await extractor.features(middle.even, partOf(onStep, [0, 0.8]))
  const ofFrames = firstRows(byFrame(found, pairs.length), samples.count)
  const { count } = ofFrames
  const made = await comparison.distances(ofFrames, partOf(onStep, [0.8, 0.9]))
  const sampled = await comparison.distances(firstRows(samples, count), partOf(onStep, [0.9, 1]))
  return {
    ...{ encoder, pairs: pairs.length, frames, evenness, endError },
    middle: {
      count,
      kernelDistance: { frames: made.kernelDistance, samples: sampled.kernelDistance },
      frechetDistance: { frames: made.frechetDistance, samples: sampled.frechetDistance },
    },
  }
}

/** All pairs' first frames first: groups that errors are found from then have pairs of their own where they divide the pairs. */
function byFrame(rows: Rows, pairs: number): Rows {
  const each = rows.count / pairs
  return rowsAt(
    rows,
    Uint32Array.from({ length: rows.count }, (_, k) => (k % pairs) * each + Math.floor(k / pairs)),
  )
}

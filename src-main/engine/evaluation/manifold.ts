import type { Estimate } from '#shared/schemas/evaluation.ts'
import { meanEstimate, shareEstimate } from './estimate.ts'
import { forEachBlock, neighbourRadii } from './nearest.ts'
import type { OnBlock } from './on-block.ts'
import type { Rows } from './rows.ts'

/** Neighbours that a vector's ball reaches to, as the papers choose them. */
const precisionNeighbours = 3
const densityNeighbours = 5

/** Share by which distances in 32 bits may exceed a radius. */
const slack = 1e-5

export interface ManifoldMeasures {
  precision: Estimate
  recall: Estimate
  density: Estimate
  coverage: Estimate
}

/**
 * Precision and recall (Kynkäänniemi et al. 2019): the share of samples inside a ball around any image that reaches to its
 * third nearest image, and the reverse. Density and coverage (Naeem et al. 2020): how many balls of the fifth nearest hold
 * each sample, over 5, and the share of such balls that hold a sample. Needs 6 vectors a side.
 */
export async function manifoldMeasures(
  images: Rows,
  samples: Rows,
  onBlock: OnBlock,
): Promise<ManifoldMeasures> {
  const part =
    (i: number): OnBlock =>
    (share) =>
      onBlock((i + share) / 4)
  const reachOf = async (rows: Rows, k: number, i: number) =>
    (await neighbourRadii(rows, k, part(i))).map((radius) => radius * (1 + slack))
  const imageRadii = await reachOf(images, precisionNeighbours, 0)
  const wideRadii = await reachOf(images, densityNeighbours, 1)
  const sampleRadii = await reachOf(samples, precisionNeighbours, 2)
  const precise = new Uint8Array(samples.count)
  const recalled = new Uint8Array(images.count)
  const covered = new Uint8Array(images.count)
  const balls = new Float64Array(samples.count)
  await forEachBlock(samples, images, {
    onBlock: part(3),
    visit: ({ first, rows, squared }) => {
      for (let i = 0; i < rows; i++) {
        const sample = first + i
        const reach = sampleRadii[sample] ?? 0
        for (let j = 0; j < images.count; j++) {
          const distance = squared[i * images.count + j] ?? 0
          if (distance <= (imageRadii[j] ?? 0)) precise[sample] = 1
          if (distance <= reach) recalled[j] = 1
          if (distance > (wideRadii[j] ?? 0)) continue
          covered[j] = 1
          balls[sample] = (balls[sample] ?? 0) + 1 / densityNeighbours
        }
      }
    },
  })
  return {
    precision: shareOf(precise),
    recall: shareOf(recalled),
    density: meanEstimate(balls),
    coverage: shareOf(covered),
  }
}

const shareOf = (hits: Uint8Array) =>
  shareEstimate(
    hits.reduce((sum, each) => sum + each, 0),
    hits.length,
  )

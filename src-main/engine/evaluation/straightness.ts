import type { Estimate } from '#shared/schemas/evaluation.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { Sampler } from '../sampling/sampler.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import { meanEstimate } from './estimate.ts'

/** Images that are followed, and parts of the time in each of which the mean velocity counts. */
const mostImages = 64
const intervals = 32
const sampling = { solver: 'heun', timeGrid: 'uniform', steps: intervals } as const

/** Network evaluations of measuring. */
export const straightnessWork = (count: number): number => Math.min(count, mostImages) * 2 * intervals

/**
 * How far paths from noise to image are from straight lines: the mean over images of ∫ ‖v − (x₁ − x₀)‖² dt / ‖x₁ − x₀‖²,
 * which is 0 for straight ones. The integral is the straightness of Liu et al. 2022 (“Flow Straight and Fast”, section 2.2).
 */
export async function measureStraightness(
  sampler: Sampler,
  options: { count: number; seed: number; onStep: OnStep },
): Promise<Estimate> {
  const count = Math.min(options.count, mostImages)
  const paths = new PathCurvature({ count, size: imageBytes(sampler.shape), intervals })
  await sampler.follow({
    ...{ ...options, ...sampling, count, frames: intervals + 1 },
    take: ({ first, frame }, x) => paths.add({ first, frame }, x),
  })
  return meanEstimate(paths.values())
}

/** Sums up paths that are given at `intervals` + 1 equally spaced times, some images at a time. */
export class PathCurvature {
  private readonly size: number
  private readonly intervals: number
  private readonly starts: Float32Array
  private readonly last: Float32Array
  /** Per image: the sum of the squared changes. */
  private readonly squared: Float64Array

  constructor({ count, size, intervals }: { count: number; size: number; intervals: number }) {
    this.size = size
    this.intervals = intervals
    this.starts = new Float32Array(count * size)
    this.last = new Float32Array(count * size)
    this.squared = new Float64Array(count)
  }

  /** @param x values of images `first` and after, flat */
  add({ first, frame }: { first: number; frame: number }, x: Float32Array): void {
    const at = first * this.size
    if (frame === 0) this.starts.set(x, at)
    else
      for (let k = 0; k < x.length; k++) {
        const image = first + Math.floor(k / this.size)
        this.squared[image] = (this.squared[image] ?? 0) + ((x[k] ?? 0) - (this.last[at + k] ?? 0)) ** 2
      }
    this.last.set(x, at)
  }

  /** Of each image: ∫ ‖v − d‖² dt / ‖d‖² with d from its start to its end; since ∫ v dt = d, it is ∫ ‖v‖² dt / ‖d‖² − 1. */
  values(): number[] {
    return Array.from(this.squared, (sum, image) => {
      let line = 0
      for (let k = image * this.size; k < (image + 1) * this.size; k++)
        line += ((this.last[k] ?? 0) - (this.starts[k] ?? 0)) ** 2
      return line === 0 ? 0 : (this.intervals * sum) / line - 1
    })
  }
}

import type { Between, Easing, Pace } from '#shared/sampling-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { chunksOf } from './chunks.ts'
import { easedProgress } from './easing.ts'
import { evenPace, exploredTogether, imagesOfEvenPace } from './even-pace.ts'
import type { PathRequest } from './even-pace.ts'
import { latentsBetween } from './latents.ts'
import type { Latents, LikeSamples } from './latents.ts'
import { changesOf, evennessOf } from './measured-path.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import type { Sampler } from './sampler.ts'

/** How frames are placed on the path through two or more latents, and generated. */
interface Placement {
  frames: number
  mode: Between
  likeSamples: LikeSamples | undefined
  pace: Pace
  easing: Easing
  sampling: Sampling
}

export interface PathFrames {
  images: PixelBatch
  /** The share of the path at each frame: 0 first, 1 last. */
  shares: number[]
  /** The largest change between neighbouring frames over the mean change; 1 where nothing changes. */
  evenness: number
  /** The images at the latents between the first and the last. */
  corners: Uint8Array[]
}

/** How many images `framesBetween` generates, about. */
export function imagesOfFrames({ frames, pace }: Pick<Placement, 'frames' | 'pace'>): number {
  return pace === 'even' ? imagesOfEvenPace(frames) : frames
}

/** Generates frames on the path from the first of some latents through all others to the last. */
export async function framesBetween(
  keys: Latents,
  options: Placement & { sampler: Sampler; onStep: OnStep },
): Promise<PathFrames> {
  const { sampler, frames, mode, likeSamples, pace, easing, sampling, onStep } = options
  const { shape } = sampler
  const progress = easedProgress(frames, easing)
  // Always the same number of images at once, the last one repeated: the sampler compiles a program for each.
  const together = exploredTogether(frames)
  const generate = async ({ shares, part }: PathRequest) => {
    const images: Uint8Array[] = []
    for (const { first, n } of chunksOf(shares.length, together)) {
      const filled = Array.from(
        { length: together },
        (_, i) => shares[Math.min(first + i, shares.length - 1)] ?? 1,
      )
      const batch = await sampler.generate(
        latentsBetween(keys, { shape, shares: filled, mode, likeSamples }),
        {
          ...sampling,
          onStep: partOf(partOf(onStep, part), [first / shares.length, (first + n) / shares.length]),
        },
      )
      images.push(...eachOf(batch).slice(0, n))
    }
    return images
  }
  const ways = keys.count - 1
  const corners = Array.from({ length: ways - 1 }, (_, i) => (i + 1) / ways)
  if (pace === 'parameter') {
    const all = await generate({ shares: [...progress, ...corners], part: [0, 1] })
    const images = all.slice(0, frames)
    return {
      ...{ images: joined(images, shape), shares: progress, evenness: evennessOf(changesOf(images)) },
      corners: all.slice(frames),
    }
  }
  const made = await evenPace({ progress, corners, generate })
  return {
    ...{ images: joined(made.images, shape), shares: made.shares, evenness: evennessOf(made.changes) },
    corners: made.corners,
  }
}

function eachOf(batch: PixelBatch): Uint8Array[] {
  const size = imageBytes(batch)
  return Array.from({ length: batch.count }, (_, i) => batch.pixels.subarray(i * size, (i + 1) * size))
}

/** Images of a shape as one batch. */
export function joined(images: Uint8Array[], shape: ImageShape): PixelBatch {
  const size = imageBytes(shape)
  const pixels = new Uint8Array(images.length * size)
  images.forEach((image, i) => pixels.set(image, i * size))
  return { ...shape, count: images.length, pixels }
}

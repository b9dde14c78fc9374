import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

/**
 * How close a reconstruction is to its image. The RMS difference alone flatters images that are mostly background: where
 * nearly all is white, a grey smudge is off by a few percent. So it is measured in units of the image's own contrast: its RMS
 * difference from one flat area of its mean colour. This is √(1 − R²), the root of the variance that is not explained: 0 for
 * the image itself, 1 for a reconstruction no closer than that flat area. Background adds to neither.
 */
export const reconstructionGrades = ['identical', 'veryClose', 'close', 'rough', 'different'] as const
export type ReconstructionGrade = (typeof reconstructionGrades)[number]

/** The relative error up to which each grade is given; above the last one it is `different`. */
const limits: [ReconstructionGrade, number][] = [
  ['identical', 0.08],
  ['veryClose', 0.18],
  ['close', 0.35],
  ['rough', 0.6],
]

/** The contrast of an image that is all but flat, in [0, 1]: below it nothing is seen. */
const leastContrast = 0.02

/** RMS difference of an image from its mean colour, in [0, 1]. */
export function contrastOf(images: PixelBatch, index: number): number {
  const { channels, pixels } = images
  const size = imageBytes(images)
  const start = index * size
  const means = Array.from({ length: channels }, (_, c) => {
    let sum = 0
    for (let k = start + c; k < start + size; k += channels) sum += pixels[k] ?? 0
    return (sum * channels) / size
  })
  let squares = 0
  for (let k = 0; k < size; k++) squares += ((pixels[start + k] ?? 0) - (means[k % channels] ?? 0)) ** 2
  return Math.sqrt(squares / size) / 255
}

/** The error of a reconstruction as a share of its image's contrast. @param rms difference of both, in [0, 1] */
export function relativeError(rms: number, contrast: number): number {
  return rms / Math.max(contrast, leastContrast)
}

/** The grade of a relative error. */
export function reconstructionGrade(relative: number): ReconstructionGrade {
  return limits.find(([, limit]) => relative < limit)?.[0] ?? 'different'
}

import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { permutation } from '../rng.ts'

/** Fewest images that a comparison makes sense with, on either side. */
const leastImages = 8
/** Training images whose features are computed, so that near copies of them are found. */
const mostFeatures = 3000
/** Training images that samples are compared with pixel by pixel. */
const mostSearched = 100_000

/** Which images an evaluation uses, as positions in their datasets. */
export interface ImageChoice {
  /** Samples to generate, and images in `reference` and in `floor`. */
  count: number
  /** What samples are compared with, and other images of the same kind that show what real ones measure. */
  reference: Uint32Array
  floor: Uint32Array
  /** Training images that near copies are looked for among, by features and by pixels, and those that are looked at for comparison. */
  featured: Uint32Array
  searched: Uint32Array
  originals: Uint32Array
}

/**
 * Chooses images for an evaluation with at most `count` samples, the same for the same seed.
 * @param options `training`: positions of the training images; `against`: how many other images there are to compare
 * with, null to compare with the training images
 * @throws FlowerbedError `bad-input` when there are too few images
 */
export function chooseImages(options: {
  training: Uint32Array
  against: number | null
  count: number
  seed: number
}): ImageChoice {
  const { training, against, seed } = options
  const compared = against ?? training.length
  if (compared < 2 * leastImages || training.length < leastImages) {
    throw new FlowerbedError(
      'bad-input',
      errorText('evaluation.tooFewImages', {
        least: 2 * leastImages,
        count: Math.min(compared, training.length),
      }),
    )
  }
  const count = Math.min(options.count, Math.floor(compared / 2))
  const shuffled = permutation(training.length, seed, 0).map((i) => training[i] ?? 0)
  const compare = against === null ? shuffled : permutation(against, seed, 0)
  const reference = compare.slice(count, 2 * count)
  return {
    ...{ count, reference, floor: compare.slice(0, count) },
    featured: shuffled.slice(0, Math.max(mostFeatures, against === null ? 2 * count : count)),
    searched: shuffled.slice(0, mostSearched),
    originals: shuffled.slice(0, count),
  }
}

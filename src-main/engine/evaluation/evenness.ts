import { paceNames } from '#shared/sampling-messages.ts'
import type { Between, Details, EncodingRequest, Pace } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Spread } from '#shared/schemas/evaluation.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { evaluationsOf, samplingOf } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { imageAt } from '../images/png.ts'
import { uniformStream } from '../rng.ts'
import { latentsOf, likeSamples, stepsOf } from '../sampling/encode.ts'
import { inversionWork } from '../sampling/inversion.ts'
import { framesBetween, imagesOfFrames } from '../sampling/path-frames.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import { differences, imagesOf } from '../sampling/source-images.ts'

/** Frames of a measured interpolation, unless told. */
const usualFrames = 17
/** Least frames of which some are in the middle third, ends aside. */
const fewestFrames = 5

export interface EvennessOptions extends Pick<EncodingRequest, 'encoder' | 'encoderSeed' | 'sampling'> {
  datasetDirectory: string
  /** Positions of images that are not chosen. */
  excluded?: number[] | undefined
  /** Interpolations, each between two random images of the dataset. Default: 50. */
  pairs?: number
  /** Default: 17. */
  frames?: number
  /** Pair i depends on the seed and i alone. Default: 1. */
  seed?: number
  /** Default: slerp. */
  mode?: Between
  /** As in an interpolation; default: sampled. */
  details?: Details
  onStep?: OnStep
}

/** One interpolation; its images are positions in the dataset. */
export interface MeasuredPair {
  a: number
  b: number
  /** The largest change between neighbouring frames over the mean change (RMS differences): 1 at best. */
  evenness: Record<Pace, number>
  /** RMS difference of each of the two images and its reconstruction, in [0, 1]. */
  endError: [number, number]
}

export interface EvennessReport {
  frames: number
  pairs: MeasuredPair[]
  evenness: Record<Pace, Spread>
  endError: Spread
  /** Of each pair the frames whose number is in the middle third, all of the first pair's first. */
  middle: Record<Pace, PixelBatch>
}

/**
 * Measures how evenly interpolations change, by both paces, on random pairs of a dataset's images; and how well their ends
 * are reconstructed.
 * @throws FlowerbedError `bad-input` for fewer than two images, a count that is none, or another shape than the model's
 */
export async function measureEvenness(sampler: Sampler, options: EvennessOptions): Promise<EvennessReport> {
  const {
    datasetDirectory,
    pairs = 50,
    frames = usualFrames,
    seed = 1,
    onStep = () => Promise.resolve(),
  } = options
  if (!Number.isInteger(pairs) || pairs < 1)
    throw new FlowerbedError('bad-input', errorText('evaluation.noPairs', { pairs }), {
      where: 'pairs',
    })
  if (!Number.isInteger(frames) || frames < fewestFrames) {
    throw new FlowerbedError(
      'bad-input',
      errorText('evaluation.tooFewFrames', { fewest: fewestFrames, frames }),
      { where: 'frames' },
    )
  }
  const images = originalPositions(datasetDirectory, options.excluded)
  const chosen = randomPairs(images.length, { pairs, seed }).map(([a, b]): [number, number] => [
    images[a] ?? 0,
    images[b] ?? 0,
  ])
  const measured: MeasuredPair[] = []
  const middle: Record<Pace, PixelBatch[]> = { even: [], parameter: [] }
  for (const [i, ends] of chosen.entries()) {
    const part = partOf(onStep, [i / pairs, (i + 1) / pairs])
    // Details of its own for each pair, as in interpolations of different seeds.
    const { encoderSeed = seed + i } = options
    const pair = await measurePair(sampler, { ...options, encoderSeed, ends, frames, onStep: part })
    measured.push(pair.measured)
    for (const pace of paceNames) middle[pace].push(pair.middle[pace])
  }
  return {
    frames,
    pairs: measured,
    evenness: {
      even: spreadOf(measured.map(({ evenness }) => evenness.even)),
      parameter: spreadOf(measured.map(({ evenness }) => evenness.parameter)),
    },
    endError: spreadOf(measured.flatMap(({ endError }) => endError)),
    middle: {
      even: joined(middle.even, sampler.shape),
      parameter: joined(middle.parameter, sampler.shape),
    },
  }
}

/** Network evaluations of measuring, about. */
export function evennessWork(options: {
  pairs: number
  encoder: EncodingRequest['encoder']
  sampling: Sampling
}): number {
  const { pairs, encoder, sampling } = options
  const images = imagesOfFrames({ frames: usualFrames, pace: 'even' }) + usualFrames
  const encoding = encoder === 'inversion' ? 2 * inversionWork(sampling) : 0
  return pairs * (encoding + images * evaluationsOf(sampling))
}

async function measurePair(
  sampler: Sampler,
  options: EvennessOptions & { ends: [number, number]; frames: number; onStep: OnStep },
): Promise<{ measured: MeasuredPair; middle: Record<Pace, PixelBatch> }> {
  const { datasetDirectory, ends, frames, mode = 'slerp', onStep } = options
  const [a, b] = ends
  const originals = imagesOf(
    ends.map((index) => ({ kind: 'dataset', datasetDirectory, index })),
    sampler.shape,
  )
  const placement = {
    ...({ frames, mode, easing: 'linear' } as const),
    ...{ sampling: samplingOf(options.sampling), likeSamples: likeSamples(sampler, options) },
  }
  const even = imagesOfFrames({ frames, pace: 'even' })
  const steps = stepsOf(options, { encoded: 2, generated: even + frames, onStep })
  const latents = await latentsOf(sampler, originals, { request: options, onStep: steps.encoding })
  const share = even / (even + frames)
  const make = (pace: Pace, part: [number, number]) =>
    framesBetween(latents, { ...placement, pace, sampler, onStep: partOf(steps.sampling, part) })
  const made = { even: await make('even', [0, share]), parameter: await make('parameter', [share, 1]) }
  const error = (end: number, frame: number) =>
    differences(imageAt(originals, end), imageAt(made.even.images, frame))[0] ?? 0
  return {
    measured: {
      ...{ a, b },
      evenness: { even: made.even.evenness, parameter: made.parameter.evenness },
      endError: [error(0, 0), error(1, frames - 1)],
    },
    middle: { even: middleThird(made.even.images), parameter: middleThird(made.parameter.images) },
  }
}

/** Pairs of different numbers below `count`; pair i depends on (seed, i) alone. */
export function randomPairs(
  count: number,
  { pairs, seed }: { pairs: number; seed: number },
): [number, number][] {
  if (count < 2) throw new FlowerbedError('bad-input', errorText('evaluation.oneImage'))
  return Array.from({ length: pairs }, (_, i) => {
    const uniform = uniformStream(seed, i, 'order')
    const a = Math.floor(uniform() * count)
    const other = Math.floor(uniform() * (count - 1))
    return [a, other < a ? other : other + 1]
  })
}

/** The frames between a third and two thirds of the way. */
export function middleThird(frames: PixelBatch): PixelBatch {
  const last = frames.count - 1
  const [from, to] = [Math.ceil(last / 3), Math.floor((2 * last) / 3)]
  const size = imageBytes(frames)
  return { ...frames, count: to - from + 1, pixels: frames.pixels.slice(from * size, (to + 1) * size) }
}

function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (i: number) => sorted[i] ?? NaN
  const middle = (sorted.length - 1) / 2
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, worst: at(sorted.length - 1) }
}

function joined(batches: PixelBatch[], { height, width, channels }: ImageShape): PixelBatch {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0)
  const pixels = new Uint8Array(count * imageBytes({ height, width, channels }))
  let at = 0
  for (const batch of batches) {
    pixels.set(batch.pixels, at)
    at += batch.pixels.length
  }
  return { height, width, channels, count, pixels }
}

function originalPositions(directory: string, excluded: number[] | undefined): number[] {
  const dataset = new Dataset(directory, { excluded })
  dataset.close()
  return Array.from({ length: dataset.count }, (_, i) => dataset.originalOf(i))
}

import { evaluationsOf, samplingOf } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import type { Details, EncodeRequest, EncodeResult, EncodingRequest } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { toImages } from '../data/batches.ts'
import { inversionOf, inversionWork, refiningRounds } from './inversion.ts'
import { refineLatents } from './refine-latents.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import type { Latents, LikeSamples } from './latents.ts'
import type { Sampler } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

/** Encodes images and reconstructs them from their latents. */
export async function encode(
  sampler: Sampler,
  request: EncodeRequest,
  onStep: OnStep,
): Promise<EncodeResult> {
  const { images } = request
  if (images.length === 0) throw new FlowerbedError('bad-input', errorText('encoding.noImage'))
  const originals = imagesOf(images, sampler.shape)
  const steps = stepsOf(request, { encoded: images.length, generated: images.length, onStep })
  const latents = await latentsOf(sampler, originals, { request, onStep: steps.encoding })
  const reconstructions = await sampler.generate(latents, {
    ...samplingOf(request.sampling),
    onStep: steps.sampling,
  })
  const reconstructionError = differences(originals, reconstructions)
  return { latents: latents.values, codes: latents.codes, originals, reconstructions, reconstructionError }
}

/** The progress of a request in two parts by their network evaluations: q(z|x) takes no time. */
export function stepsOf(
  request: Pick<EncodingRequest, 'encoder' | 'sampling'>,
  { encoded, generated, onStep }: { encoded: number; generated: number; onStep: OnStep },
): { encoding: OnStep; sampling: OnStep } {
  const sampling = samplingOf(request.sampling)
  const encoding = request.encoder === 'inversion' ? encoded * inversionWork(sampling) : 0
  const share = encoding / (encoding + generated * evaluationsOf(sampling))
  return { encoding: partOf(onStep, [0, share]), sampling: partOf(onStep, [share, 1]) }
}

/**
 * What frames away from encoded images take from samples: the details of that of the request's seed, unless the encoder gives
 * all of them the same, and codes near those of images. Nothing where the frames are to be mixed of the images alone.
 */
export function likeSamples(
  sampler: Sampler,
  request: Pick<EncodingRequest, 'encoder' | 'encoderSeed'> & { details?: Details | undefined },
): LikeSamples | undefined {
  const { encoder, encoderSeed: seed = 1, details = 'sampled' } = request
  if (sampler.system.codeSize === 0 || details === 'images') return undefined
  return {
    details: encoder === 'inversion' ? sampler.detailsOf(seed) : null,
    neighbours: sampler.codeNeighbours(),
  }
}

/** Latents of images by a request's encoder; `first` is the index of the first image, for samples of q(z|x). */
export async function latentsOf(
  sampler: Sampler,
  images: PixelBatch,
  options: {
    request: Pick<EncodingRequest, 'encoder' | 'encoderSeed' | 'sampling'>
    onStep: OnStep
    first?: number
  },
): Promise<Latents> {
  const { request, onStep, first = 0 } = options
  const { encoder, encoderSeed: seed = 1 } = request
  if (encoder === 'inversion')
    return await invertedLatents(sampler, images, { sampling: samplingOf(request.sampling), onStep })
  if (encoder === 'code') return sampler.encodeCode(images, { seed })
  return encoder === 'posterior' ? sampler.encode(images) : sampler.encode(images, { seed, first })
}

/** Latents by inversion, refined for the sampling that images are generated from them with. */
async function invertedLatents(
  sampler: Sampler,
  images: PixelBatch,
  { sampling, onStep }: { sampling: Sampling; onStep: OnStep },
): Promise<Latents> {
  const rounds = refiningRounds(sampling)
  const share = evaluationsOf(inversionOf(sampling)) / inversionWork(sampling)
  const latents = await sampler.invert(images, {
    ...inversionOf(sampling),
    onStep: partOf(onStep, [0, share]),
  })
  const refining = partOf(onStep, [share, 1])
  const partOfRound = (round: number) => partOf(refining, [round / (rounds + 1), (round + 1) / (rounds + 1)])
  const values = await refineLatents({
    images: toImages(images.pixels),
    ...{ latents: latents.values, count: images.count, rounds },
    decode: (values, round) =>
      sampler.decode({ ...latents, values }, { ...sampling, onStep: partOfRound(round) }),
  })
  return { ...latents, values }
}

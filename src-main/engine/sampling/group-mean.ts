import type { EncodingRequest, ImageSource } from '#shared/sampling-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { latentsOf } from './encode.ts'
import { MeanLatent } from './latent-arithmetic.ts'
import type { Sampler } from './sampler.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import { imagesOf } from './source-images.ts'

/** Images of a group that are encoded at once. */
const partSize = 16

/**
 * The mean code of a group, or its mean latent without codes; the noise of samples of q(z|x) restarts in each group, so
 * that equal groups have equal means.
 */
export async function meanEncoding(
  sampler: Sampler,
  group: ImageSource[],
  {
    request,
    onStep,
  }: {
    request: Pick<EncodingRequest, 'encoder' | 'encoderSeed' | 'sampling'>
    onStep: OnStep
  },
): Promise<Float64Array> {
  const size = imageBytes(sampler.shape)
  const mean = new MeanLatent(sampler.system.codeSize || size)
  const images = imagesOf(group, sampler.shape)
  for (let first = 0; first < images.count; first += partSize) {
    const pixels = images.pixels.subarray(first * size, (first + partSize) * size)
    const part = { ...images, count: pixels.length / size, pixels }
    const shareAt = (at: number) => Math.min(1, at / images.count)
    const partOnStep = partOf(onStep, [shareAt(first), shareAt(first + partSize)])
    const encoding = { request: forMean(sampler, request), onStep: partOnStep, first }
    const { values, codes } = await latentsOf(sampler, part, encoding)
    mean.add(codes ?? values)
  }
  return mean.value()
}

/** With codes the details are not in the mean: finding them by inversion would be in vain. */
const forMean = <R extends Pick<EncodingRequest, 'encoder'>>(sampler: Sampler, request: R): R =>
  isByCode(sampler, request) ? { ...request, encoder: 'code' } : request

/** Whether the encodings of a group need no network evaluations of the velocity. */
export const isByCode = ({ system }: Sampler, { encoder }: Pick<EncodingRequest, 'encoder'>): boolean =>
  encoder === 'inversion' && system.codeSize > 0

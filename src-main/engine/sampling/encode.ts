import { samplingOf } from '#shared/schemas/sampling.ts'
import type { EncodeRequest, EncodeResult, EncodingRequest } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import type { Latents } from './latents.ts'
import type { Model } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

/** Latents of images, and how far each is off when it is drawn again from its latent. */
export async function encode(model: Model, request: EncodeRequest, onStep: OnStep): Promise<EncodeResult> {
  const { images } = request
  if (images.length === 0) throw new FlowerbedError('bad-input', 'There is no image to encode.')
  const originals = imagesOf(images, model.shape)
  const steps = stepsOf(request, { encoded: images.length, drawn: images.length, onStep })
  const latents = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const drawn = await model.draw(latents, { ...samplingOf(request.sampling), onStep: steps.sampling })
  return { latents: latents.values, originals, drawn, reconstructionError: differences(originals, drawn) }
}

/** A request's progress in two parts: inverting an image takes as long as sampling one, encoding it by q(z|x) no time. */
export function stepsOf(
  { encoder }: EncodingRequest,
  { encoded, drawn, onStep }: { encoded: number; drawn: number; onStep: OnStep },
): { encoding: OnStep; sampling: OnStep } {
  const share = encoder === 'inversion' ? encoded / (encoded + drawn) : 0
  return { encoding: partOf(onStep, [0, share]), sampling: partOf(onStep, [share, 1]) }
}

/** Latents of images in the way that a request asks for; `first` is the place of the first of them, for a draw. */
export async function latentsOf(
  model: Model,
  images: PixelBatch,
  how: { request: EncodingRequest; onStep: OnStep; first?: number },
): Promise<Latents> {
  const { request, onStep, first = 0 } = how
  const { encoder, encoderSeed: seed = 1 } = request
  if (encoder === 'inversion') return await model.invert(images, { ...samplingOf(request.sampling), onStep })
  return encoder === 'posterior' ? model.encode(images) : model.encode(images, { seed, first })
}

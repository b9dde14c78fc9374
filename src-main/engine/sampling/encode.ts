import { drawingOf } from '#shared/schemas/sampling.ts'
import type { EncodeRequest, EncodeResult, EncodingRequest } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import type { Latents } from './latents.ts'
import type { Model } from './sampler.ts'
import { differences, picturesOf } from './source-images.ts'

/** Latents of pictures, and how far each is off when it is drawn again from its latent. */
export async function encode(model: Model, request: EncodeRequest, onStep: OnStep): Promise<EncodeResult> {
  const { pictures } = request
  if (pictures.length === 0) throw new FlowerbedError('bad-input', 'There is no picture to encode.')
  const originals = picturesOf(pictures, model.shape)
  const steps = stepsOf(request, { encoded: pictures.length, drawn: pictures.length, onStep })
  const latents = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const drawn = await model.draw(latents, { ...drawingOf(request.drawing), onStep: steps.drawing })
  return { latents: latents.values, originals, drawn, reconstructionError: differences(originals, drawn) }
}

/** A request's progress in two parts: inverting a picture takes as long as drawing one, encoding it by q(z|x) no time. */
export function stepsOf(
  { encoder }: EncodingRequest,
  { encoded, drawn, onStep }: { encoded: number; drawn: number; onStep: OnStep },
): { encoding: OnStep; drawing: OnStep } {
  const share = encoder === 'inversion' ? encoded / (encoded + drawn) : 0
  return { encoding: partOf(onStep, [0, share]), drawing: partOf(onStep, [share, 1]) }
}

/** Latents of pictures in the way that a request asks for; `first` is the place of the first of them, for a draw. */
export async function latentsOf(
  model: Model,
  pictures: PixelBatch,
  how: { request: EncodingRequest; onStep: OnStep; first?: number },
): Promise<Latents> {
  const { request, onStep, first = 0 } = how
  const { encoder, encoderSeed: seed = 1 } = request
  if (encoder === 'inversion') return await model.invert(pictures, { ...drawingOf(request.drawing), onStep })
  return encoder === 'posterior' ? model.encode(pictures) : model.encode(pictures, { seed, first })
}

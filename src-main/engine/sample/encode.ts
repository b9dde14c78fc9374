import { setImmediate as nextTurn } from 'node:timers/promises'
import { drawingOf } from '#contract/drawing.ts'
import type { DrawingRequest, EncodeRequest, EncodeResult, EncodingRequest } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { PixelBatch } from '#contract/pictures.ts'
import type { Integration, Latents, Model } from './model.ts'
import { differences, picturesOf } from './originals.ts'

/** Latents of pictures, and how far each is off when it is drawn again from its latent. */
export async function encode(model: Model, request: EncodeRequest): Promise<EncodeResult> {
  const { pictures } = request
  if (pictures.length === 0) throw new FlowerbedError('bad-input', 'There is no picture to encode.')
  const originals = picturesOf(pictures, model.shape)
  const latents = await latentsOf(model, originals, request)
  const drawn = await model.draw(latents, integrationOf(request))
  return { latents: latents.values, originals, drawn, reconstructionError: differences(originals, drawn) }
}

/** A request's way to draw; other work comes through between its steps. */
export function integrationOf({ drawing }: Pick<DrawingRequest, 'drawing'>): Integration {
  return { ...drawingOf(drawing), onStep: () => nextTurn() }
}

/**
 * Latents of pictures in the way that a request asks for.
 * @param first where these stand among the pictures that are encoded together; a draw from q(z|x) depends on it
 */
export async function latentsOf(
  model: Model,
  pictures: PixelBatch,
  { first = 0, ...request }: EncodingRequest & { first?: number },
): Promise<Latents> {
  const { encoder, encoderSeed: seed = 1 } = request
  if (encoder === 'inversion') return await model.invert(pictures, integrationOf(request))
  return encoder === 'posterior' ? model.encode(pictures) : model.encode(pictures, { seed, first })
}

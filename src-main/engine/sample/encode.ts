import { setImmediate as nextTurn } from 'node:timers/promises'
import { drawingOf } from '#contract/drawing.ts'
import type { EncodeRequest, EncodeResult } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { Model } from './model.ts'
import { differences, picturesOf } from './originals.ts'

/** Latents of pictures, and how far each is off when it is drawn again from its latent. */
export async function encode(model: Model, request: EncodeRequest): Promise<EncodeResult> {
  const { pictures, encoder } = request
  if (pictures.length === 0) throw new FlowerbedError('bad-input', 'There is no picture to encode.')
  const originals = picturesOf(pictures, model.shape)
  const integration = { ...drawingOf(request.drawing), onStep: () => nextTurn() }
  const latents =
    encoder === 'inversion' ? await model.invert(originals, integration) : model.encode(originals)
  const drawn = await model.draw(latents, integration)
  return { latents: latents.values, originals, drawn, reconstructionError: differences(originals, drawn) }
}

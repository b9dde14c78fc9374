import { drawingOf } from '#contract/drawing.ts'
import type { EncodeRequest, EncodeResult } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { partOf } from './drawing-jobs.ts'
import type { OnStep } from './drawing-jobs.ts'
import type { Model } from './model.ts'
import { differences, picturesOf } from './originals.ts'

/** Latents of pictures, and how far each is off when it is drawn again from its latent. */
export async function encode(model: Model, request: EncodeRequest, onStep: OnStep): Promise<EncodeResult> {
  const { pictures, encoder } = request
  if (pictures.length === 0) throw new FlowerbedError('bad-input', 'There is no picture to encode.')
  const originals = picturesOf(pictures, model.shape)
  const drawing = drawingOf(request.drawing)
  const inverted = encoder === 'inversion' ? 0.5 : 0
  const latents =
    encoder === 'inversion'
      ? await model.invert(originals, { ...drawing, onStep: partOf(onStep, [0, inverted]) })
      : model.encode(originals)
  const drawn = await model.draw(latents, { ...drawing, onStep: partOf(onStep, [inverted, 1]) })
  return { latents: latents.values, originals, drawn, reconstructionError: differences(originals, drawn) }
}

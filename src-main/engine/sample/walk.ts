import { drawingOf } from '#contract/drawing.ts'
import type { InterpolateRequest, InterpolateResult } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { pictureAt } from '../pictures/png.ts'
import { partOf } from './drawing-jobs.ts'
import type { OnStep } from './drawing-jobs.ts'
import type { Model } from './model.ts'
import { differences, picturesOf } from './originals.ts'

const maxFrames = 512

/** From one picture to another through latent space: encode both, go between, draw each frame. */
export async function walk(
  model: Model,
  request: InterpolateRequest,
  onStep: OnStep,
): Promise<InterpolateResult> {
  const { frames, mode, encoder } = request
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', `A walk has 2 to ${maxFrames} frames, not ${frames}.`, {
      where: 'frames',
    })
  }
  const originals = picturesOf([request.a, request.b], model.shape)
  const drawing = drawingOf(request.drawing)
  const inverted = encoder === 'inversion' ? 2 / (2 + frames) : 0
  const ends =
    encoder === 'inversion'
      ? await model.invert(originals, { ...drawing, onStep: partOf(onStep, [0, inverted]) })
      : model.encode(originals)
  const onDraw = partOf(onStep, [inverted, 1])
  const drawn = await model.draw(model.between(ends, { frames, mode }), { ...drawing, onStep: onDraw })
  const [errorA = 0] = differences(pictureAt(originals, 0), pictureAt(drawn, 0))
  const [errorB = 0] = differences(pictureAt(originals, 1), pictureAt(drawn, frames - 1))
  return { frames: drawn, originals, reconstructionError: [errorA, errorB] }
}

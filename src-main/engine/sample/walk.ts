import { drawingOf } from '#contract/drawing.ts'
import type { InterpolateRequest, InterpolateResult } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { pictureAt } from '../pictures/png.ts'
import type { OnStep } from './drawing-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { latentsBetween } from './latents.ts'
import type { Model } from './model.ts'
import { differences, picturesOf } from './originals.ts'

const maxFrames = 512

/** From one picture to another through latent space: encode both, go between, draw each frame. */
export async function walk(
  model: Model,
  request: InterpolateRequest,
  onStep: OnStep,
): Promise<InterpolateResult> {
  const { frames, mode } = request
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', `A walk has 2 to ${maxFrames} frames, not ${frames}.`, {
      where: 'frames',
    })
  }
  const originals = picturesOf([request.a, request.b], model.shape)
  const steps = stepsOf(request, { encoded: 2, drawn: frames, onStep })
  const ends = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const drawn = await model.draw(latentsBetween(ends, { shape: model.shape, frames, mode }), {
    ...drawingOf(request.drawing),
    onStep: steps.drawing,
  })
  const [errorA = 0] = differences(pictureAt(originals, 0), pictureAt(drawn, 0))
  const [errorB = 0] = differences(pictureAt(originals, 1), pictureAt(drawn, frames - 1))
  return { frames: drawn, originals, reconstructionError: [errorA, errorB] }
}

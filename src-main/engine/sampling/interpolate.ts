import { samplingOf } from '#shared/schemas/sampling.ts'
import type { InterpolateRequest, InterpolateResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { latentsBetween } from './latents.ts'
import type { Model } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const maxFrames = 512

/** From one image to another through latent space: encode both, go between, draw each frame. */
export async function interpolate(
  model: Model,
  request: InterpolateRequest,
  onStep: OnStep,
): Promise<InterpolateResult> {
  const { frames, mode } = request
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', `An interpolation has 2 to ${maxFrames} frames, not ${frames}.`, {
      where: 'frames',
    })
  }
  const originals = imagesOf([request.a, request.b], model.shape)
  const steps = stepsOf(request, { encoded: 2, drawn: frames, onStep })
  const ends = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const drawn = await model.draw(latentsBetween(ends, { shape: model.shape, frames, mode }), {
    ...samplingOf(request.sampling),
    onStep: steps.sampling,
  })
  const [errorA = 0] = differences(imageAt(originals, 0), imageAt(drawn, 0))
  const [errorB = 0] = differences(imageAt(originals, 1), imageAt(drawn, frames - 1))
  return { frames: drawn, originals, reconstructionError: [errorA, errorB] }
}

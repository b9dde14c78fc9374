import { samplingOf } from '#shared/schemas/sampling.ts'
import type { InterpolateRequest, InterpolateResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { framesBetween, imagesOfFrames } from './path-frames.ts'
import type { Sampler } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const maxFrames = 512

/** Interpolates between two images in latent space: encodes both, and generates frames on the path between their latents. */
export async function interpolate(
  sampler: Sampler,
  request: InterpolateRequest,
  onStep: OnStep,
): Promise<InterpolateResult> {
  const { frames, mode, pace = 'even', easing = 'linear' } = request
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', `An interpolation has 2 to ${maxFrames} frames, not ${frames}.`, {
      where: 'frames',
    })
  }
  const originals = imagesOf([request.a, request.b], sampler.shape)
  const placement = { frames, mode, pace, easing, sampling: samplingOf(request.sampling) }
  const steps = stepsOf(request, { encoded: 2, generated: imagesOfFrames(placement), onStep })
  const ends = await latentsOf(sampler, originals, { request, onStep: steps.encoding })
  const made = await framesBetween(ends, { ...placement, sampler, onStep: steps.sampling })
  const [errorA = 0] = differences(imageAt(originals, 0), imageAt(made.images, 0))
  const [errorB = 0] = differences(imageAt(originals, 1), imageAt(made.images, frames - 1))
  return {
    frames: made.images,
    originals,
    reconstructionError: [errorA, errorB],
    ...{ pace, easing, shares: made.shares, evenness: made.evenness },
  }
}

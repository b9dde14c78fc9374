import { samplingOf } from '#shared/schemas/sampling.ts'
import { keyframeLimits } from '#shared/sampling-messages.ts'
import type { InterpolateRequest, InterpolateResult } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { imageAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, likeSamples, stepsOf } from './encode.ts'
import { withFirstAgain } from './latents.ts'
import { framesBetween, imagesOfFrames, joined } from './path-frames.ts'
import type { PathFrames } from './path-frames.ts'
import type { Sampler } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const maxFrames = 512

/** Interpolates between images in latent space: encodes them, and generates frames on the path through their latents. */
export async function interpolate(
  sampler: Sampler,
  request: InterpolateRequest,
  onStep: OnStep,
): Promise<InterpolateResult> {
  checkRequest(request)
  const { images, frames, closed = false, mode, pace = 'even', easing = 'linear' } = request
  const originals = imagesOf(images, sampler.shape)
  // A closed path ends where it began: that frame is left out, since the first one follows.
  const placement = {
    ...{
      frames: closed ? frames + 1 : frames,
      mode,
      pace,
      easing,
      likeSamples: likeSamples(sampler, request),
    },
    sampling: samplingOf(request.sampling),
  }
  const generated = imagesOfFrames(placement)
  const steps = stepsOf(request, { encoded: images.length, generated, onStep })
  const keys = await latentsOf(sampler, originals, { request, onStep: steps.encoding })
  const path = closed ? withFirstAgain(keys) : keys
  const made = await framesBetween(path, { ...placement, sampler, onStep: steps.sampling })
  const reconstructions = joined(reconstructionsOf(made, closed), sampler.shape)
  return {
    frames: { ...made.images, count: frames, pixels: firstImages(made, frames) },
    ...{ originals, reconstructions, closed },
    reconstructionError: differences(originals, reconstructions),
    ...{ pace, easing, shares: made.shares.slice(0, frames), evenness: made.evenness },
  }
}

/** The images at the keyframes: the first frame, those between, and the last frame of an open path. */
function reconstructionsOf({ images, corners }: PathFrames, closed: boolean): Uint8Array[] {
  const first = imageAt(images, 0).pixels
  return closed ? [first, ...corners] : [first, ...corners, imageAt(images, images.count - 1).pixels]
}

const firstImages = ({ images }: PathFrames, count: number) =>
  images.pixels.slice(0, count * imageBytes(images))

function checkRequest({ images, frames }: InterpolateRequest): void {
  const { min, max } = keyframeLimits
  if (images.length < min || images.length > max) {
    throw new FlowerbedError(
      'bad-input',
      errorText('interpolation.imageCount', { min, max, count: images.length }),
      { where: 'images' },
    )
  }
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', errorText('interpolation.frames', { most: maxFrames, frames }), {
      where: 'frames',
    })
  }
  if (frames < images.length) {
    throw new FlowerbedError(
      'bad-input',
      errorText('interpolation.framesBelowImages', { frames, count: images.length }),
      { where: 'frames' },
    )
  }
}

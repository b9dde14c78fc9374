import { samplingOf } from '#shared/schemas/sampling.ts'
import type { ImageSource, ShiftRequest, ShiftResult } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { direction, rms, shifted } from './latent-arithmetic.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { isByCode, meanEncoding } from './group-mean.ts'
import { groupImages } from './image-group.ts'
import type { Latents } from './latents.ts'
import type { Sampler } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const maxSamples = 512

/** Shifts images by mean(add) − mean(subtract) in latent space, each by each strength. */
export async function shift(sampler: Sampler, request: ShiftRequest, onStep: OnStep): Promise<ShiftResult> {
  const { images, strengths } = request
  checkRequest(images, strengths)
  const [add, subtract] = [groupImages(request.add), groupImages(request.subtract)]
  const originals = imagesOf(images, sampler.shape)
  const [added, subtracted] = isByCode(sampler, request) ? [0, 0] : [add.length, subtract.length]
  const encoded = added + subtracted + images.length
  const count = images.length * (1 + strengths.length)
  const steps = stepsOf(request, { encoded, generated: count, onStep })
  const [a, b] = [added / encoded, (added + subtracted) / encoded]
  const encoding = (part: [number, number]) => ({ request, onStep: partOf(steps.encoding, part) })
  const d = direction(
    await meanEncoding(sampler, add, encoding([0, a])),
    await meanEncoding(sampler, subtract, encoding([a, b])),
  )
  const z = await latentsOf(sampler, originals, encoding([b, 1]))
  const all = await sampler.generate(
    { count, ...shiftedEncodings(z, d, strengths) },
    { ...samplingOf(request.sampling), onStep: steps.sampling },
  )
  const { reconstruction, samples } = split(all, z.count)
  return {
    samples,
    originals,
    reconstruction,
    reconstructionError: differences(originals, reconstruction),
    directionSize: rms(d),
    added: add.length,
    subtracted: subtract.length,
  }
}

/**
 * The encodings unshifted, whose images are the reconstructions, then shifted by each strength. With codes, they are what is
 * shifted, and the latents stay: the details of an image are its own.
 */
function shiftedEncodings(
  z: Latents,
  d: Float64Array,
  strengths: number[],
): Pick<Latents, 'values' | 'codes'> {
  const unchanged = new Float64Array(z.codes ? z.values.length / z.count : 0)
  const both = (of: Float32Array, by: Float64Array) =>
    Float32Array.from([...of, ...shifted(of, by, strengths)])
  return z.codes
    ? { values: both(z.values, unchanged), codes: both(z.codes, d) }
    : { values: both(z.values, d), codes: null }
}

function checkRequest(images: ImageSource[], strengths: number[]): void {
  if (images.length === 0) throw new FlowerbedError('bad-input', errorText('shift.noImage'))
  if (strengths.length === 0 || !strengths.every(Number.isFinite)) {
    throw new FlowerbedError('bad-input', errorText('shift.strength'), {
      where: 'strengths',
    })
  }
  const count = images.length * strengths.length
  if (count > maxSamples) {
    throw new FlowerbedError(
      'bad-input',
      errorText('shift.tooMany', { most: maxSamples, count: images.length, strengths: strengths.length }),
    )
  }
}

function split(all: PixelBatch, count: number): { reconstruction: PixelBatch; samples: PixelBatch } {
  const bytes = count * imageBytes(all)
  return {
    reconstruction: { ...all, count, pixels: all.pixels.slice(0, bytes) },
    samples: { ...all, count: all.count - count, pixels: all.pixels.slice(bytes) },
  }
}

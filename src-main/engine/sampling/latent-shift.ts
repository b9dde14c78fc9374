import { samplingOf } from '#shared/schemas/sampling.ts'
import type { ImageSource, ShiftRequest, ShiftResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { MeanLatent, direction, rms, shifted } from './latent-arithmetic.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { groupImages } from './image-group.ts'
import type { Model } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const samplesAtMost = 512
/** Images of a group whose latents are held at once. */
const partSize = 16

/** Images moved by mean(add) − mean(subtract) in latent space, each at each strength. */
export async function shift(model: Model, request: ShiftRequest, onStep: OnStep): Promise<ShiftResult> {
  const { images, strengths } = request
  check(images, strengths)
  const [add, subtract] = [groupImages(request.add), groupImages(request.subtract)]
  const originals = imagesOf(images, model.shape)
  const encoded = add.length + subtract.length + images.length
  const count = images.length * (1 + strengths.length)
  const steps = stepsOf(request, { encoded, drawn: count, onStep })
  const [a, b] = [add.length / encoded, (add.length + subtract.length) / encoded]
  const encoding = (part: [number, number]) => ({ request, onStep: partOf(steps.encoding, part) })
  const d = direction(
    await meanLatent(model, add, encoding([0, a])),
    await meanLatent(model, subtract, encoding([a, b])),
  )
  const z = await latentsOf(model, originals, encoding([b, 1]))
  // The images as they are come first, so that one sampling tells what encoding alone has changed.
  const values = new Float32Array(z.values.length * (1 + strengths.length))
  values.set(z.values)
  values.set(shifted(z.values, d, strengths), z.values.length)
  const all = await model.draw({ count, values }, { ...samplingOf(request.sampling), onStep: steps.sampling })
  const { reconstruction, drawn } = split(all, z.count)
  return {
    drawn,
    originals,
    reconstruction,
    reconstructionError: differences(originals, reconstruction),
    directionSize: rms(d),
    added: add.length,
    subtracted: subtract.length,
  }
}

/** Each group is encoded as if it were alone: the same group twice has the same mean, however it is encoded. */
async function meanLatent(
  model: Model,
  group: ImageSource[],
  { request, onStep }: { request: ShiftRequest; onStep: OnStep },
): Promise<Float64Array> {
  const size = imageBytes(model.shape)
  const mean = new MeanLatent(size)
  const images = imagesOf(group, model.shape)
  for (let first = 0; first < images.count; first += partSize) {
    const pixels = images.pixels.subarray(first * size, (first + partSize) * size)
    const part = { ...images, count: pixels.length / size, pixels }
    const done = (at: number) => Math.min(1, at / images.count)
    const partly = partOf(onStep, [done(first), done(first + partSize)])
    mean.add((await latentsOf(model, part, { request, onStep: partly, first })).values)
  }
  return mean.value()
}

function check(images: ImageSource[], strengths: number[]): void {
  if (images.length === 0) throw new FlowerbedError('bad-input', 'There is no image to change.')
  if (strengths.length === 0 || !strengths.every(Number.isFinite)) {
    throw new FlowerbedError('bad-input', 'A strength must be a number; 1 is the whole difference.', {
      where: 'strengths',
    })
  }
  const count = images.length * strengths.length
  if (count > samplesAtMost) {
    throw new FlowerbedError(
      'bad-input',
      `At most ${samplesAtMost} samples at once, not ${images.length} images at ${strengths.length} strengths.`,
    )
  }
}

function split(all: PixelBatch, count: number): { reconstruction: PixelBatch; drawn: PixelBatch } {
  const bytes = count * imageBytes(all)
  return {
    reconstruction: { ...all, count, pixels: all.pixels.slice(0, bytes) },
    drawn: { ...all, count: all.count - count, pixels: all.pixels.slice(bytes) },
  }
}

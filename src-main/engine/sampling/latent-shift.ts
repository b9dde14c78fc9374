import { drawingOf } from '#shared/schemas/sampling.ts'
import type { PictureSource, ShiftRequest, ShiftResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { pictureBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { MeanLatent, direction, rms, shifted } from './latent-arithmetic.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { groupPictures } from './image-group.ts'
import type { Model } from './sampler.ts'
import { differences, picturesOf } from './source-images.ts'

const drawingsAtMost = 512
/** Pictures of a group whose latents are held at once. */
const partSize = 16

/** Pictures moved by mean(add) − mean(subtract) in latent space, each at each strength. */
export async function shift(model: Model, request: ShiftRequest, onStep: OnStep): Promise<ShiftResult> {
  const { pictures, strengths } = request
  check(pictures, strengths)
  const [add, subtract] = [groupPictures(request.add), groupPictures(request.subtract)]
  const originals = picturesOf(pictures, model.shape)
  const encoded = add.length + subtract.length + pictures.length
  const count = pictures.length * (1 + strengths.length)
  const steps = stepsOf(request, { encoded, drawn: count, onStep })
  const [a, b] = [add.length / encoded, (add.length + subtract.length) / encoded]
  const encoding = (part: [number, number]) => ({ request, onStep: partOf(steps.encoding, part) })
  const d = direction(
    await meanLatent(model, add, encoding([0, a])),
    await meanLatent(model, subtract, encoding([a, b])),
  )
  const z = await latentsOf(model, originals, encoding([b, 1]))
  // The pictures as they are come first, so that one drawing tells what encoding alone has changed.
  const values = new Float32Array(z.values.length * (1 + strengths.length))
  values.set(z.values)
  values.set(shifted(z.values, d, strengths), z.values.length)
  const all = await model.draw({ count, values }, { ...drawingOf(request.drawing), onStep: steps.drawing })
  const { redrawn, drawn } = split(all, z.count)
  return {
    drawn,
    originals,
    redrawn,
    reconstructionError: differences(originals, redrawn),
    directionSize: rms(d),
    added: add.length,
    subtracted: subtract.length,
  }
}

/** Each group is encoded as if it were alone: the same group twice has the same mean, however it is encoded. */
async function meanLatent(
  model: Model,
  group: PictureSource[],
  { request, onStep }: { request: ShiftRequest; onStep: OnStep },
): Promise<Float64Array> {
  const size = pictureBytes(model.shape)
  const mean = new MeanLatent(size)
  const pictures = picturesOf(group, model.shape)
  for (let first = 0; first < pictures.count; first += partSize) {
    const pixels = pictures.pixels.subarray(first * size, (first + partSize) * size)
    const part = { ...pictures, count: pixels.length / size, pixels }
    const done = (at: number) => Math.min(1, at / pictures.count)
    const partly = partOf(onStep, [done(first), done(first + partSize)])
    mean.add((await latentsOf(model, part, { request, onStep: partly, first })).values)
  }
  return mean.value()
}

function check(pictures: PictureSource[], strengths: number[]): void {
  if (pictures.length === 0) throw new FlowerbedError('bad-input', 'There is no picture to change.')
  if (strengths.length === 0 || !strengths.every(Number.isFinite)) {
    throw new FlowerbedError('bad-input', 'A strength must be a number; 1 is the whole difference.', {
      where: 'strengths',
    })
  }
  const count = pictures.length * strengths.length
  if (count > drawingsAtMost) {
    throw new FlowerbedError(
      'bad-input',
      `At most ${drawingsAtMost} drawings at once, not ${pictures.length} pictures at ${strengths.length} strengths.`,
    )
  }
}

function split(all: PixelBatch, count: number): { redrawn: PixelBatch; drawn: PixelBatch } {
  const bytes = count * pictureBytes(all)
  return {
    redrawn: { ...all, count, pixels: all.pixels.slice(0, bytes) },
    drawn: { ...all, count: all.count - count, pixels: all.pixels.slice(bytes) },
  }
}

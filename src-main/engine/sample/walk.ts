import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InterpolateRequest, InterpolateResult, PictureSource } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PictureShape, PixelBatch } from '#contract/pictures.ts'
import { Dataset } from '../../packed/dataset.ts'
import { pictureAt } from '../pictures/png.ts'
import type { Model } from './model.ts'

const maxFrames = 512

/** From one picture to another through latent space: encode both, go between, draw each frame. */
export async function walk(model: Model, request: InterpolateRequest): Promise<InterpolateResult> {
  const { frames, mode, encoder, solver, solverSteps: steps } = request
  if (!Number.isInteger(frames) || frames < 2 || frames > maxFrames) {
    throw new FlowerbedError('bad-input', `A walk has 2 to ${maxFrames} frames, not ${frames}.`, {
      where: 'frames',
    })
  }
  const originals = pair(pictureOf(request.a, model.shape), pictureOf(request.b, model.shape))
  const integration = { solver, steps, onStep: () => nextTurn() }
  const ends = encoder === 'inversion' ? await model.invert(originals, integration) : model.encode(originals)
  const drawn = await model.draw(model.between(ends, { frames, mode }), integration)
  return {
    frames: drawn,
    originals,
    reconstructionError: [
      difference(pictureAt(originals, 0), pictureAt(drawn, 0)),
      difference(pictureAt(originals, 1), pictureAt(drawn, frames - 1)),
    ],
  }
}

/** Root mean square difference of two pictures in [0, 1]. */
function difference(a: PixelBatch, b: PixelBatch): number {
  const sum = a.pixels.reduce((total, value, i) => total + (value - (b.pixels[i] ?? 0)) ** 2, 0)
  return Math.sqrt(sum / a.pixels.length) / 255
}

function pictureOf(source: PictureSource, shape: PictureShape): PixelBatch {
  const wrongSize = (what: string) =>
    new FlowerbedError('bad-input', `The picture is not of the size this run learnt from: ${what}.`, {
      hint: `It must be ${shape.width} × ${shape.height} pixels with ${shape.channels} channels.`,
    })
  if (source.kind === 'pixels') {
    const { pixels } = source
    if (pixels.length !== pictureBytes(shape)) throw wrongSize(`it has ${pixels.length} bytes`)
    return { ...shape, count: 1, pixels }
  }
  const dataset = new Dataset(source.datasetDirectory)
  try {
    const { width, height, channels } = dataset.index.shape
    if (width !== shape.width || height !== shape.height || channels !== shape.channels)
      throw wrongSize(`the dataset’s are ${width} × ${height} with ${channels} channels`)
    return dataset.pictures([source.index])
  } finally {
    dataset.close()
  }
}

function pair(a: PixelBatch, b: PixelBatch): PixelBatch {
  const pixels = new Uint8Array(a.pixels.length + b.pixels.length)
  pixels.set(a.pixels)
  pixels.set(b.pixels, a.pixels.length)
  return { ...a, count: 2, pixels }
}

import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodersOf } from '#shared/encoders.ts'
import { paceNames } from '#shared/sampling-messages.ts'
import type { EncoderName, ImageSource, ShiftRequest } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { resolveConfig } from '#shared/presets.ts'
import { imageAt } from '../../../src-main/engine/images/png.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 1 } as const
const size = 64
const count = 520
const folder = temporaryFolder('latent')
// Even images are light on the left, odd ones on the right; one label has no image.
const labels = { names: ['left', 'right', 'none'], of: (image: number) => image % 2 }
const datasetDirectory = packedDataset(join(folder.path, 'dataset'), {
  count,
  shape,
  pixel: halves(shape),
  labels,
})
const engine = createEngine({
  emit: (event) => {
    if (event.type === 'checkpoint') checkpoint = event.record.file
    if (event.type === 'sampling') {
      shares.push(event.share)
      if (event.job === 'cancelled') void engine.handlers.cancelSampling({ job: event.job })
    }
  },
})
let checkpoint: string | null = null
const shares: number[] = []
let tensorsBefore = 0

const run = {
  runId: 'run',
  runDirectory: join(folder.path, 'run'),
  config: resolveConfig('balanced', {
    steps: 80,
    batch: 8,
    hidden: 8,
    network: 'conv',
    learningRate: 3e-3,
    sampleEvery: 0,
    checkpointEvery: 80,
  }),
}
const sampling = () => ({
  model: { ...run, shape, checkpoint },
  device: 'cpu' as const,
  sampling: { steps: 8 },
  encoder: 'posterior' as EncoderName,
})
const image = (index: number): ImageSource => ({ kind: 'dataset', datasetDirectory, index })
const group = (...indices: number[]) => ({ kind: 'images' as const, images: indices.map(image) })
const label = (name: string, seed = 1) => ({ kind: 'label' as const, datasetDirectory, label: name, seed })
const { encode, grid, interpolate, shift, train } = engine.handlers

const encoders = encodersOf({ posterior: true, code: 0 })

/** Largest difference of two images, of 255: batches of another size may round otherwise. */
const apart = (a: PixelBatch, b: PixelBatch) =>
  a.pixels.reduce((most, value, k) => Math.max(most, Math.abs(value - (b.pixels[k] ?? NaN))), 0)

beforeAll(async () => {
  loadTensorFlow({ device: 'cpu' })
  await train({ ...run, datasetDirectory, device: 'cpu' })
  tensorsBefore = tf.memory().numTensors
})
afterAll(async () => {
  await engine.dispose()
  expect(tf.memory().numTensors).toBe(tensorsBefore)
  folder.remove()
})

describe('encoding', () => {
  it.each(encoders)('by %s reports the error of each reconstruction', async (encoder) => {
    const images = [0, 1, 2].map(image)
    const { latents, originals, reconstructions, reconstructionError } = await encode({
      ...sampling(),
      images,
      encoder,
    })
    expect(latents).toHaveLength(3 * size)
    expect(latents.every(Number.isFinite)).toBe(true)
    reconstructionError.forEach((error, i) => {
      const [a, b] = [imageAt(originals, i).pixels, imageAt(reconstructions, i).pixels]
      const squares = a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0)
      expect(error).toBeCloseTo(Math.sqrt(squares / size) / 255, 6)
      expect(error).toBeLessThan(0.5)
    })
  })

  it('by inversion reconstructs more exactly than by the encoder', async () => {
    const images = [0, 1].map(image)
    const [encoded, inverted] = [
      await encode({ ...sampling(), images }),
      await encode({ ...sampling(), images, encoder: 'inversion' }),
    ]
    for (const [i, error] of inverted.reconstructionError.entries())
      expect(error).toBeLessThan(0.5 * encoded.reconstructionError[i]!)
  })

  it('by inversion is as exact for images that are generated in few steps', async () => {
    const inverted = (steps: number) =>
      encode({ ...sampling(), sampling: { steps }, encoder: 'inversion', images: [0, 1].map(image) })
    const [few, fewer] = [await inverted(12), await inverted(4)]
    expect(fewer.latents).toEqual(few.latents)
    for (const error of few.reconstructionError) expect(error).toBeLessThan(0.05)
  })

  it('samples q(z|x) by seed and index alone, around its mean', async () => {
    const latents = async (indices: number[], encoderSeed?: number) => {
      const encoder = encoderSeed === undefined ? 'posterior' : 'posterior-sample'
      const images = indices.map(image)
      const seed = encoderSeed === undefined ? {} : { encoderSeed }
      return (await encode({ ...sampling(), images, encoder, ...seed })).latents
    }
    const first = await latents([0, 0, 1], 7)
    expect(await latents([0, 0, 1], 7)).toEqual(first)
    expect((await latents([5, 0, 1], 7)).subarray(size)).toEqual(first.subarray(size))
    expect(first.subarray(0, size)).not.toEqual(first.subarray(size, 2 * size))
    expect(await latents([0, 0, 1], 8)).not.toEqual(first)

    // z = mean + s·eps: images at the same index share eps, so the ratio of two seeds is the same for both.
    const [mean, one, two] = [await latents([0, 1]), await latents([0, 1], 1), await latents([0, 1], 2)]
    const other = [await latents([1, 0]), await latents([1, 0], 1), await latents([1, 0], 2)] as const
    for (let k = 0; k < size; k++) {
      const left = (one[k]! - mean[k]!) * (other[2][k]! - other[0][k]!)
      const right = (two[k]! - mean[k]!) * (other[1][k]! - other[0][k]!)
      expect(left).toBeCloseTo(right, 4)
    }
    const many = await latents(
      Array.from({ length: 256 }, () => 0),
      3,
    )
    const average = many.reduce((sum, value, k) => sum + value - mean[k % size]!, 0) / many.length
    const spread = Math.sqrt(
      many.reduce((sum, value, k) => sum + (value - mean[k % size]!) ** 2, 0) / many.length,
    )
    expect(Math.abs(average)).toBeLessThan((4 * spread) / Math.sqrt(many.length))
    expect(spread).toBeGreaterThan(0.01)
  })
})

describe('a grid', () => {
  it.each([3, 4])('between %i images has their reconstructions at its corners', async (n) => {
    const images = [0, 1, 2, 3].slice(0, n).map(image)
    const size = { rows: 3, columns: 4 }
    const made = await grid({ ...sampling(), images, ...size, mode: 'slerp' })
    const encoded = await encode({ ...sampling(), images })
    expect(made).toMatchObject(size)
    expect(made.cells.count).toBe(12)
    expect(made.originals).toEqual(encoded.originals)
    const corners = [0, 3, 8, 11]
    for (let i = 0; i < n; i++) {
      expect(
        apart(imageAt(made.cells, corners[i]!), imageAt(encoded.reconstructions, i)),
      ).toBeLessThanOrEqual(1)
      expect(made.reconstructionError[i]).toBeCloseTo(encoded.reconstructionError[i]!, 2)
    }
    expect(made.reconstructionError).toHaveLength(n)
  })

  it.each(['slerp', 'lerp'] as const)(
    'by %s has the interpolation of its first two images as first row',
    async (mode) => {
      const [a, b, c, d] = [0, 1, 2, 3].map(image) as [ImageSource, ImageSource, ...ImageSource[]]
      const { cells } = await grid({ ...sampling(), images: [a, b, c!, d!], rows: 2, columns: 5, mode })
      const { frames } = await interpolate({
        ...sampling(),
        ...{ images: [a, b], frames: 5, mode, pace: 'parameter' as const },
      })
      for (let i = 0; i < 5; i++) expect(apart(imageAt(cells, i), imageAt(frames, i))).toBeLessThanOrEqual(1)
    },
  )

  it.each([
    ['two images', { images: [0, 1].map(image) }, /between 3 or 4 images, not 2/],
    ['five images', { images: [0, 1, 2, 3, 4].map(image) }, /3 or 4 images, not 5/],
    ['one row', { rows: 1 }, /2 to 32 rows and columns, not 1 × 3/],
    ['half a column', { columns: 2.5 }, /not 3 × 2\.5/],
    ['an image that is not there', { images: [0, 1, count].map(image) }, /no image 520; there are 520/],
    [
      'an image of another shape',
      { images: [image(0), image(1), { kind: 'pixels' as const, pixels: new Uint8Array(7) }] },
      /not have the size that this run was trained on: it has 7 bytes/,
    ],
  ])('refuses %s', async (_, changes, message) => {
    const request = { ...sampling(), images: [0, 1, 2].map(image), rows: 3, columns: 3 }
    await expect(grid({ ...request, mode: 'slerp', ...changes })).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('an interpolation', () => {
  const [a, b] = [0, 1].map(image) as [ImageSource, ImageSource]
  const between = { images: [a, b], frames: 9, mode: 'slerp' as const }
  const changes = (frames: PixelBatch) =>
    Array.from({ length: frames.count - 1 }, (_, i) => {
      const [one, next] = [imageAt(frames, i).pixels, imageAt(frames, i + 1).pixels]
      return Math.sqrt(one.reduce((sum, value, k) => sum + (value - next[k]!) ** 2, 0) / size)
    })

  it('at an even pace changes as much from each frame to the next, between the same ends', async () => {
    const made = await interpolate({ ...sampling(), ...between })
    const byParameter = await interpolate({ ...sampling(), ...between, pace: 'parameter' })
    expect(made).toMatchObject({ pace: 'even', easing: 'linear' })
    expect(byParameter).toMatchObject({ pace: 'parameter', easing: 'linear' })
    for (const { frames, shares, evenness } of [made, byParameter]) {
      expect([shares[0], shares.at(-1), shares.length]).toEqual([0, 1, 9])
      expect(shares).toEqual([...shares].sort((x, y) => x - y))
      const all = changes(frames)
      expect(evenness).toBeCloseTo(Math.max(...all) / (all.reduce((x, y) => x + y) / 8), 6)
    }
    expect(byParameter.shares[2]).toBe(0.25)
    expect(byParameter.evenness).toBeGreaterThan(made.evenness)
    expect(made.evenness).toBeLessThan(1.2)
    const { reconstructions } = await encode({ ...sampling(), images: [a, b] })
    expect(apart(imageAt(made.frames, 0), imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
    expect(apart(imageAt(made.frames, 8), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
    made.reconstructionError.forEach((error, i) => {
      expect(error).toBeCloseTo(byParameter.reconstructionError[i]!, 2)
    })
  })

  it.each(paceNames)('follows an easing curve, by %s', async (pace) => {
    const { frames, shares } = await interpolate({ ...sampling(), ...between, pace, easing: 'ease-in' })
    const all = changes(frames)
    if (pace === 'parameter') expect(shares).toEqual(shares.map((_, i) => (i / 8) ** 2))
    else expect(all[7]! / all[1]!).toBeCloseTo(15 / 3, 0)
    expect(all[7]).toBeGreaterThan(all[0]!)
  })

  it.each([2, 3])('of %i frames has the images of its ends', async (frames) => {
    const made = await interpolate({ ...sampling(), ...between, frames })
    expect(made.frames.count).toBe(frames)
    expect(made.reconstructionError.every((error) => error < 0.5)).toBe(true)
  })

  it.each(paceNames)('leads through all keyframes in their order, by %s', async (pace) => {
    const images = [0, 1, 2, 3].map(image)
    const made = await interpolate({ ...sampling(), images, frames: 10, mode: 'lerp', pace })
    const { reconstructions, reconstructionError } = await encode({ ...sampling(), images })
    images.forEach((_, i) => {
      expect(apart(imageAt(made.reconstructions, i), imageAt(reconstructions, i))).toBeLessThanOrEqual(1)
      expect(made.reconstructionError[i]).toBeCloseTo(reconstructionError[i]!, 2)
    })
    expect(apart(imageAt(made.frames, 9), imageAt(reconstructions, 3))).toBeLessThanOrEqual(1)
    if (pace === 'even') expect(made.evenness).toBeLessThan(1.3)
    // Three ways of three frames each.
    else expect(apart(imageAt(made.frames, 3), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
  })

  it.each(paceNames)('that is closed ends one frame before its first, by %s', async (pace) => {
    const images = [0, 1].map(image)
    const made = await interpolate({ ...sampling(), images, closed: true, frames: 8, mode: 'lerp', pace })
    expect([made.frames.count, made.shares.length, made.closed]).toEqual([8, 8, true])
    expect(made.shares.at(-1)).toBeLessThan(1)
    const between = apart(imageAt(made.frames, 7), imageAt(made.frames, 0))
    expect(between).toBeGreaterThan(0)
    if (pace !== 'parameter') return
    // There and back along the same line.
    expect(apart(imageAt(made.frames, 4), imageAt(made.reconstructions, 1))).toBeLessThanOrEqual(1)
    expect(apart(imageAt(made.frames, 7), imageAt(made.frames, 1))).toBeLessThanOrEqual(1)
  })

  it.each([
    ['one image', [0], 9, /between 2 to 12 images, not 1/],
    ['thirteen images', [...Array(13).keys()], 20, /between 2 to 12 images, not 13/],
    ['fewer frames than images', [0, 1, 2], 2, /one frame an image, not 2 for 3/],
  ])('refuses %s', async (_, indices, frames, message) => {
    const images = indices.map(image)
    await expect(interpolate({ ...sampling(), images, frames, mode: 'lerp' })).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('arithmetic', () => {
  const request = (changes: Partial<ShiftRequest> = {}): ShiftRequest => ({
    ...sampling(),
    images: [image(0)],
    add: group(1),
    subtract: group(0),
    strengths: [1],
    ...changes,
  })

  it.each(encoders)('by %s changes nothing in the direction from a group to itself', async (encoder) => {
    const same = group(3, 4, 5)
    const made = await shift(
      request({ encoder, images: [0, 1].map(image), add: same, subtract: same, strengths: [-1, 2] }),
    )
    expect(made.directionSize).toBe(0)
    expect(made).toMatchObject({ added: 3, subtracted: 3 })
    for (let i = 0; i < 4; i++) {
      const reconstruction = imageAt(made.reconstruction, Math.floor(i / 2))
      expect(apart(imageAt(made.samples, i), reconstruction)).toBeLessThanOrEqual(1)
    }
  })

  it('turns one image into the other by the whole difference, and back', async () => {
    const { reconstructions, reconstructionError } = await encode({
      ...sampling(),
      images: [0, 1].map(image),
    })
    const there = await shift(request({ strengths: [0, 1] }))
    expect(apart(imageAt(there.samples, 0), imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
    expect(apart(imageAt(there.samples, 1), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
    expect(there.reconstructionError[0]).toBeCloseTo(reconstructionError[0]!, 2)
    expect(there.directionSize).toBeGreaterThan(0.01)
    const back = await shift(request({ images: [image(1)], strengths: [-1] }))
    expect(apart(back.samples, imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
  })

  it('moves images towards a label of the dataset, by as many of its images as are allowed', async () => {
    const made = await shift(request({ add: label('right'), subtract: label('left'), strengths: [1] }))
    expect(made).toMatchObject({ added: 256, subtracted: 256 })
    const side = ({ pixels }: PixelBatch, from: number) =>
      pixels.reduce((sum, value, k) => sum + (k % 8 >= from && k % 8 < from + 4 ? value : 0), 0)
    expect(side(made.originals, 0)).toBeGreaterThan(side(made.originals, 4))
    expect(side(made.samples, 0)).toBeLessThan(side(made.samples, 4))
    // The seed chooses which of the 260 take part.
    const sizes = [1, 1, 2].map(async (seed) => {
      const chosen = await shift(request({ add: label('right', seed), subtract: label('left') }))
      return chosen.directionSize
    })
    const [one, again, other] = await Promise.all(sizes)
    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })

  it.each([
    ['an empty group', { add: group() }, /at least one image/],
    ['a group too large', { subtract: group(...Array(257).keys()) }, /at most 256 images, not 257/],
    ['a label that is not there', { add: label('blue') }, /no label “blue”/],
    ['a label without images', { add: label('none') }, /No image has the label “none”/],
    ['no image', { images: [] }, /no image to change/],
    ['no strength', { strengths: [] }, /strength must be a number/],
    ['a strength that is none', { strengths: [NaN] }, /strength must be a number/],
    ['too many samples', { strengths: [...Array(513).keys()] }, /At most 512 samples/],
    ['a group with an image that is not there', { add: group(-1) }, /no image -1/],
  ])('refuses %s', async (_, changes, message) => {
    await expect(shift(request(changes))).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('interpolations, grids and arithmetic', () => {
  const inverted = () => ({ ...sampling(), encoder: 'inversion' as const, sampling: { steps: 40 } })
  const images = [0, 1, 2].map(image)
  const work = {
    interpolate: (job: string) =>
      interpolate({ ...inverted(), job, images: images.slice(0, 2), frames: 33, mode: 'slerp' }),
    grid: (job: string) => grid({ ...inverted(), job, images, rows: 16, columns: 16, mode: 'slerp' }),
    shift: (job: string) =>
      shift({
        ...inverted(),
        ...{ job, images, add: label('left'), subtract: label('right'), strengths: [1, 2] },
      }),
  }

  it.each(['interpolate', 'grid', 'shift'] as const)(
    'report progress and can be cancelled: %s',
    async (name) => {
      shares.length = 0
      await work[name]('reported')
      expect(shares.length).toBeGreaterThan(1)
      expect(shares).toEqual([...shares].sort((a, b) => a - b))
      expect(shares.at(-1)).toBeLessThanOrEqual(1)
      await expect(work[name]('cancelled')).rejects.toMatchObject({ kind: 'cancelled' })
    },
  )
})

import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encoderNames } from '#shared/engine-messages.ts'
import type { EncoderName, PictureSource, ShiftRequest } from '#shared/engine-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { resolveConfig } from '#shared/presets.ts'
import { pictureAt } from '../../../src-main/engine/images/png.ts'
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
    if (event.type === 'drawing') {
      shares.push(event.share)
      if (event.job === 'cancelled') void engine.handlers.cancelDrawing({ job: event.job })
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
const drawing = () => ({
  model: { ...run, shape, checkpoint },
  device: 'cpu' as const,
  drawing: { steps: 8 },
  encoder: 'posterior' as EncoderName,
})
const picture = (index: number): PictureSource => ({ kind: 'dataset', datasetDirectory, index })
const group = (...indices: number[]) => ({ kind: 'pictures' as const, pictures: indices.map(picture) })
const label = (name: string, seed = 1) => ({ kind: 'label' as const, datasetDirectory, label: name, seed })
const { encode, grid, interpolate, shift, train } = engine.handlers

/** Largest difference of two pictures, of 255: batches of another size may round otherwise. */
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
  it.each(encoderNames)('by %s tells how far each picture is off when it is redrawn', async (encoder) => {
    const pictures = [0, 1, 2].map(picture)
    const { latents, originals, drawn, reconstructionError } = await encode({
      ...drawing(),
      pictures,
      encoder,
    })
    expect(latents).toHaveLength(3 * size)
    expect(latents.every(Number.isFinite)).toBe(true)
    reconstructionError.forEach((error, i) => {
      const [a, b] = [pictureAt(originals, i).pixels, pictureAt(drawn, i).pixels]
      const squares = a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0)
      expect(error).toBeCloseTo(Math.sqrt(squares / size) / 255, 6)
      expect(error).toBeLessThan(0.5)
    })
  })

  it('by inversion redraws what was encoded, which the encoder only guesses', async () => {
    const pictures = [0, 1].map(picture)
    const [guessed, inverted] = [
      await encode({ ...drawing(), pictures }),
      await encode({ ...drawing(), pictures, encoder: 'inversion' }),
    ]
    for (const [i, error] of inverted.reconstructionError.entries())
      expect(error).toBeLessThan(0.5 * guessed.reconstructionError[i]!)
  })

  it('draws from q(z|x) by seed and place alone, around its mean', async () => {
    const latents = async (indices: number[], encoderSeed?: number) => {
      const encoder = encoderSeed === undefined ? 'posterior' : 'posterior-sample'
      const pictures = indices.map(picture)
      const seed = encoderSeed === undefined ? {} : { encoderSeed }
      return (await encode({ ...drawing(), pictures, encoder, ...seed })).latents
    }
    const first = await latents([0, 0, 1], 7)
    expect(await latents([0, 0, 1], 7)).toEqual(first)
    expect((await latents([5, 0, 1], 7)).subarray(size)).toEqual(first.subarray(size))
    expect(first.subarray(0, size)).not.toEqual(first.subarray(size, 2 * size))
    expect(await latents([0, 0, 1], 8)).not.toEqual(first)

    // z = mean + s·eps: pictures at the same place share eps, so its ratio between two seeds is theirs too.
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
  it.each([3, 4])('between %i pictures has their redrawings at its corners', async (n) => {
    const pictures = [0, 1, 2, 3].slice(0, n).map(picture)
    const size = { rows: 3, columns: 4 }
    const made = await grid({ ...drawing(), pictures, ...size, mode: 'slerp' })
    const redrawn = await encode({ ...drawing(), pictures })
    expect(made).toMatchObject(size)
    expect(made.cells.count).toBe(12)
    expect(made.originals).toEqual(redrawn.originals)
    const corners = [0, 3, 8, 11]
    for (let i = 0; i < n; i++) {
      expect(apart(pictureAt(made.cells, corners[i]!), pictureAt(redrawn.drawn, i))).toBeLessThanOrEqual(1)
      expect(made.reconstructionError[i]).toBeCloseTo(redrawn.reconstructionError[i]!, 2)
    }
    expect(made.reconstructionError).toHaveLength(n)
  })

  it.each(['slerp', 'lerp'] as const)('by %s begins with the walk between its first two', async (mode) => {
    const [a, b, c, d] = [0, 1, 2, 3].map(picture) as [PictureSource, PictureSource, ...PictureSource[]]
    const { cells } = await grid({ ...drawing(), pictures: [a, b, c!, d!], rows: 2, columns: 5, mode })
    const { frames } = await interpolate({ ...drawing(), a, b, frames: 5, mode })
    for (let i = 0; i < 5; i++)
      expect(apart(pictureAt(cells, i), pictureAt(frames, i))).toBeLessThanOrEqual(1)
  })

  it.each([
    ['two pictures', { pictures: [0, 1].map(picture) }, /between 3 or 4 pictures, not 2/],
    ['five pictures', { pictures: [0, 1, 2, 3, 4].map(picture) }, /3 or 4 pictures, not 5/],
    ['one row', { rows: 1 }, /2 to 32 rows and columns, not 1 × 3/],
    ['half a column', { columns: 2.5 }, /not 3 × 2\.5/],
    [
      'a picture that is not there',
      { pictures: [0, 1, count].map(picture) },
      /no picture 520; there are 520/,
    ],
    [
      'a picture of another shape',
      { pictures: [picture(0), picture(1), { kind: 'pixels' as const, pixels: new Uint8Array(7) }] },
      /not of the size this run learnt from: it has 7 bytes/,
    ],
  ])('refuses %s', async (_, changes, message) => {
    const request = { ...drawing(), pictures: [0, 1, 2].map(picture), rows: 3, columns: 3 }
    await expect(grid({ ...request, mode: 'slerp', ...changes })).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('arithmetic', () => {
  const request = (changes: Partial<ShiftRequest> = {}): ShiftRequest => ({
    ...drawing(),
    pictures: [picture(0)],
    add: group(1),
    subtract: group(0),
    strengths: [1],
    ...changes,
  })

  it.each(encoderNames)('by %s changes nothing in the direction from a group to itself', async (encoder) => {
    const same = group(3, 4, 5)
    const made = await shift(
      request({ encoder, pictures: [0, 1].map(picture), add: same, subtract: same, strengths: [-1, 2] }),
    )
    expect(made.directionSize).toBe(0)
    expect(made).toMatchObject({ added: 3, subtracted: 3 })
    for (let i = 0; i < 4; i++) {
      const redrawn = pictureAt(made.redrawn, Math.floor(i / 2))
      expect(apart(pictureAt(made.drawn, i), redrawn)).toBeLessThanOrEqual(1)
    }
  })

  it('makes of one picture the other by the whole difference, and back', async () => {
    const { drawn, reconstructionError } = await encode({ ...drawing(), pictures: [0, 1].map(picture) })
    const there = await shift(request({ strengths: [0, 1] }))
    expect(apart(pictureAt(there.drawn, 0), pictureAt(drawn, 0))).toBeLessThanOrEqual(1)
    expect(apart(pictureAt(there.drawn, 1), pictureAt(drawn, 1))).toBeLessThanOrEqual(1)
    expect(there.reconstructionError[0]).toBeCloseTo(reconstructionError[0]!, 2)
    expect(there.directionSize).toBeGreaterThan(0.01)
    const back = await shift(request({ pictures: [picture(1)], strengths: [-1] }))
    expect(apart(back.drawn, pictureAt(drawn, 0))).toBeLessThanOrEqual(1)
  })

  it('moves pictures towards a label of the dataset, by as many of its pictures as are allowed', async () => {
    const made = await shift(request({ add: label('right'), subtract: label('left'), strengths: [1] }))
    expect(made).toMatchObject({ added: 256, subtracted: 256 })
    const side = ({ pixels }: PixelBatch, from: number) =>
      pixels.reduce((sum, value, k) => sum + (k % 8 >= from && k % 8 < from + 4 ? value : 0), 0)
    expect(side(made.originals, 0)).toBeGreaterThan(side(made.originals, 4))
    expect(side(made.drawn, 0)).toBeLessThan(side(made.drawn, 4))
    // Which of the 260 take part is the seed's choice.
    const sizes = [1, 1, 2].map(async (seed) => {
      const chosen = await shift(request({ add: label('right', seed), subtract: label('left') }))
      return chosen.directionSize
    })
    const [one, again, other] = await Promise.all(sizes)
    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })

  it.each([
    ['an empty group', { add: group() }, /at least one picture/],
    ['a group too large', { subtract: group(...Array(257).keys()) }, /at most 256 pictures, not 257/],
    ['a label that is not there', { add: label('blue') }, /no label “blue”/],
    ['a label without pictures', { add: label('none') }, /No picture has the label “none”/],
    ['no picture', { pictures: [] }, /no picture to change/],
    ['no strength', { strengths: [] }, /strength must be a number/],
    ['a strength that is none', { strengths: [NaN] }, /strength must be a number/],
    ['too many drawings', { strengths: [...Array(513).keys()] }, /At most 512 drawings/],
    ['a group with a picture that is not there', { add: group(-1) }, /no picture -1/],
  ])('refuses %s', async (_, changes, message) => {
    await expect(shift(request(changes))).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('grids and arithmetic', () => {
  const inverted = () => ({ ...drawing(), encoder: 'inversion' as const, drawing: { steps: 40 } })
  const pictures = [0, 1, 2].map(picture)
  const work = {
    grid: (job: string) => grid({ ...inverted(), job, pictures, rows: 16, columns: 16, mode: 'slerp' }),
    shift: (job: string) =>
      shift({
        ...inverted(),
        ...{ job, pictures, add: label('left'), subtract: label('right'), strengths: [1, 2] },
      }),
  }

  it.each(['grid', 'shift'] as const)('tell how far they are and can be cancelled: %s', async (name) => {
    shares.length = 0
    await work[name]('told')
    expect(shares.length).toBeGreaterThan(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
    await expect(work[name]('cancelled')).rejects.toMatchObject({ kind: 'cancelled' })
  })
})

import { describe, expect, it } from 'vitest'
import { paceNames } from '#shared/sampling-messages.ts'
import type { ImageSource } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageAt } from '../../../src-main/engine/images/png.ts'
import { count, differenceOf, size, trainedEngine } from '../../helpers/trained-engine.ts'

const { encode, grid, interpolate, shift, shares, image, label, sampling } = trainedEngine('interpolation')

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
        differenceOf(imageAt(made.cells, corners[i]!), imageAt(encoded.reconstructions, i)),
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
      for (let i = 0; i < 5; i++)
        expect(differenceOf(imageAt(cells, i), imageAt(frames, i))).toBeLessThanOrEqual(1)
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
    expect(differenceOf(imageAt(made.frames, 0), imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
    expect(differenceOf(imageAt(made.frames, 8), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
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
      expect(differenceOf(imageAt(made.reconstructions, i), imageAt(reconstructions, i))).toBeLessThanOrEqual(
        1,
      )
      expect(made.reconstructionError[i]).toBeCloseTo(reconstructionError[i]!, 2)
    })
    expect(differenceOf(imageAt(made.frames, 9), imageAt(reconstructions, 3))).toBeLessThanOrEqual(1)
    if (pace === 'even') expect(made.evenness).toBeLessThan(1.3)
    // Three ways of three frames each.
    else expect(differenceOf(imageAt(made.frames, 3), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
  })

  it.each(paceNames)('that is closed ends one frame before its first, by %s', async (pace) => {
    const images = [0, 1].map(image)
    const made = await interpolate({ ...sampling(), images, closed: true, frames: 8, mode: 'lerp', pace })
    expect([made.frames.count, made.shares.length, made.closed]).toEqual([8, 8, true])
    expect(made.shares.at(-1)).toBeLessThan(1)
    const between = differenceOf(imageAt(made.frames, 7), imageAt(made.frames, 0))
    expect(between).toBeGreaterThan(0)
    if (pace !== 'parameter') return
    // There and back along the same line.
    expect(differenceOf(imageAt(made.frames, 4), imageAt(made.reconstructions, 1))).toBeLessThanOrEqual(1)
    expect(differenceOf(imageAt(made.frames, 7), imageAt(made.frames, 1))).toBeLessThanOrEqual(1)
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

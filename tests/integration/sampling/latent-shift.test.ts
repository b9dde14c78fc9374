import { describe, expect, it } from 'vitest'
import { encodersOf } from '#shared/encoders.ts'
import type { ShiftRequest } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageAt } from '../../../src-main/engine/images/png.ts'
import { differenceOf, trainedEngine } from '../../helpers/trained-engine.ts'

const { encode, shift, direction, move, image, group, label, sampling } = trainedEngine('shift')
const encoders = encodersOf({ posterior: true, code: 0 })

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
      expect(differenceOf(imageAt(made.samples, i), reconstruction)).toBeLessThanOrEqual(1)
    }
  })

  it('turns one image into the other by the whole difference, and back', async () => {
    const { reconstructions, reconstructionError } = await encode({
      ...sampling(),
      images: [0, 1].map(image),
    })
    const there = await shift(request({ strengths: [0, 1] }))
    expect(differenceOf(imageAt(there.samples, 0), imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
    expect(differenceOf(imageAt(there.samples, 1), imageAt(reconstructions, 1))).toBeLessThanOrEqual(1)
    expect(there.reconstructionError[0]).toBeCloseTo(reconstructionError[0]!, 2)
    expect(there.directionSize).toBeGreaterThan(0.01)
    const back = await shift(request({ images: [image(1)], strengths: [-1] }))
    expect(differenceOf(back.samples, imageAt(reconstructions, 0))).toBeLessThanOrEqual(1)
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

describe('a direction', () => {
  it('moves an encoded image as its groups do, several of them added up', async () => {
    const found = await direction({ ...sampling(), add: group(1), subtract: group(0) })
    expect(found).toMatchObject({ space: 'latent', added: 1, subtracted: 1, step: 80 })
    const { latents: latent, codes: code } = await encode({ ...sampling(), images: [image(0)] })
    const shifted = await shift({
      ...{ ...sampling(), images: [image(0)], add: group(1), subtract: group(0), strengths: [0.6] },
    })
    expect(found.size).toBeCloseTo(shifted.directionSize, 6)
    const moved = (...strengths: number[]) => {
      const directions = strengths.map((strength) => ({ values: found.values, strength }))
      return move({ ...sampling(), latent, code, directions })
    }
    expect(differenceOf(await moved(0.6), shifted.samples)).toBeLessThanOrEqual(1)
    expect(differenceOf(await moved(1, -0.4), shifted.samples)).toBeLessThanOrEqual(1)
    expect(differenceOf(await moved(), shifted.reconstruction)).toBeLessThanOrEqual(1)
  })

  it('leads from all other images to those of a label', async () => {
    const [apart, same] = await Promise.all([
      direction({ ...sampling(), add: label('right'), subtract: { ...label('right'), others: true } }),
      direction({ ...sampling(), add: label('right'), subtract: label('left') }),
    ])
    expect(apart).toMatchObject({ added: 256, subtracted: 256 })
    expect(apart.values).toEqual(same.values)
    const few = await direction({ ...sampling(), add: { ...label('left'), most: 3 }, subtract: group(1) })
    expect(few).toMatchObject({ added: 3, subtracted: 1 })
  })

  it.each([
    ['a latent of another size', { latent: new Float32Array(3) }],
    ['a code that the run has not', { code: new Float32Array(2) }],
    ['a direction of another size', { directions: [{ values: new Float32Array(3), strength: 1 }] }],
  ])('is not applied to %s', async (_, changes) => {
    const { latents } = await encode({ ...sampling(), images: [image(0)] })
    const request = { ...sampling(), latent: latents, code: null, directions: [], ...changes }
    await expect(move(request)).rejects.toMatchObject({ kind: 'bad-input' })
  })
})

import { describe, expect, it } from 'vitest'
import { encodersOf } from '#shared/encoders.ts'
import { imageAt } from '../../../src-main/engine/images/png.ts'
import { size, trainedEngine } from '../../helpers/trained-engine.ts'

const { encode, image, sampling, shares } = trainedEngine('encode')
const encoders = encodersOf({ posterior: true, code: 0 })

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

  it('by inversion finds latents for the steps that images are generated in', async () => {
    const inverted = (steps: number) =>
      encode({ ...sampling(), sampling: { steps }, encoder: 'inversion', images: [0, 1, 2, 3].map(image) })
    const [few, fewer] = [await inverted(8), await inverted(3)]
    for (const error of few.reconstructionError) expect(error).toBeLessThan(0.012)
    for (const error of fewer.reconstructionError) expect(error).toBeLessThan(0.06)
    expect(fewer.latents).not.toEqual(few.latents)
    expect((await inverted(3)).latents).toEqual(fewer.latents)
  })

  it('by inversion reports its progress in order, and can be cancelled', async () => {
    const request = {
      ...sampling(),
      sampling: { steps: 3 },
      encoder: 'inversion' as const,
      images: [image(0)],
    }
    shares.length = 0
    await encode({ ...request, job: 'progress' })
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.filter((share) => share < 0 || share > 1 + 1e-9)).toEqual([])
    await expect(encode({ ...request, job: 'cancelled' })).rejects.toMatchObject({ kind: 'cancelled' })
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

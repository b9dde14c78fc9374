import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { playingOrder } from '#shared/schemas/image-file.ts'
import { saveImages } from '../../../src-main/animation/save-images.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('animation')
afterAll(() => folder.remove())

/** Frames of a few colours that differ in each pixel and frame. */
function frames(channels: 1 | 3 | 4): PixelBatch {
  const [count, height, width] = [5, 8, 9]
  const pixels = Uint8Array.from({ length: count * height * width * channels }, (_, i) =>
    channels === 4 && i % 4 === 3 ? (Math.floor(i / 4) % 2) * 255 : (i * 37 + Math.floor(i / 7)) % 256,
  )
  return { count, height, width, channels, pixels }
}
const options = { framesPerSecond: 30, backAndForth: false, enlarge: 2 }
const path = (name: string) => join(folder.path, name)

/** Pixel i of each frame at the original size, as red, green, blue. */
async function shown(file: string, { width, height, channels, count }: PixelBatch) {
  const image = sharp(file, { animated: true }).ensureAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: width * 2, height: height * 2 * count, channels: 4 })
  const pixels: number[] = []
  for (let y = 0; y < height * count; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < (channels === 4 ? 4 : 3); c++)
        pixels.push(data[(2 * y * width * 2 + 2 * x) * 4 + c] ?? -1)
  return pixels
}

describe('saving images', () => {
  it.each([1, 3, 4] as const)(
    'as WebP keeps every pixel of frames with %i channels, and the time of each',
    async (channels) => {
      const images = frames(channels)
      const file = path(`exact-${channels}.webp`)
      const saved = await saveImages({ ...options, images, path: file, format: 'webp' })
      expect(saved).toEqual({ path: file, files: 1, bytes: readFileSync(file).length })
      const { pages, delay, loop } = await sharp(file, { animated: true }).metadata()
      expect({ pages, delay, loop }).toEqual({ pages: 5, delay: [33, 34, 33, 33, 34], loop: 0 })
      const expected =
        channels === 1 ? [...images.pixels].flatMap((grey) => [grey, grey, grey]) : [...images.pixels]
      const found = await shown(file, images)
      // What is transparent has no colour.
      const visible = (values: number[]) =>
        channels < 4 ? values : values.map((value, i) => (values[i - (i % 4) + 3] === 0 ? 0 : value))
      expect(visible(found)).toEqual(visible(expected))
    },
  )

  it('as GIF keeps the frames, whose delays add up to their whole time', async () => {
    const images = frames(3)
    const file = path('frames.gif')
    await saveImages({ ...options, images, path: file, format: 'gif' })
    const { pages, delay, loop } = await sharp(file, { animated: true }).metadata()
    expect({ pages, delay, loop }).toEqual({ pages: 5, delay: [30, 40, 30, 30, 40], loop: 0 })
    const found = await shown(file, images)
    const apart = found.map((value, i) => Math.abs(value - (images.pixels[i] ?? NaN)))
    // 72 colours fit into the table of a frame.
    expect(Math.max(...apart)).toBeLessThan(8)
  })

  it('forwards and back shows no end twice', async () => {
    expect(playingOrder(4, true)).toEqual([0, 1, 2, 3, 2, 1])
    expect(playingOrder(2, true)).toEqual([0, 1])
    expect(playingOrder(3, false)).toEqual([0, 1, 2])
    const images = frames(3)
    const file = path('back.gif')
    await saveImages({ ...options, images, path: file, format: 'gif', backAndForth: true })
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(8)
  })

  it('as a folder writes a PNG of each frame, and overwrites nothing', async () => {
    const images = frames(1)
    const request = { ...options, images, path: path('frames'), format: 'frames' as const }
    const { files } = await saveImages(request)
    expect(files).toBe(5)
    expect(readdirSync(path('frames'))).toEqual([1, 2, 3, 4, 5].map((i) => `frame-00${i}.png`))
    const { data } = await sharp(path('frames/frame-002.png')).raw().toBuffer({ resolveWithObject: true })
    expect(data[0]).toBe(images.pixels[72])
    await expect(saveImages(request)).rejects.toMatchObject({ kind: 'conflict', where: path('frames') })
  })

  it('tells how far it is, and when cancelled leaves what was there', async () => {
    const file = path('kept.webp')
    writeFileSync(file, 'before')
    const controller = new AbortController()
    const shares: number[] = []
    const saving = saveImages(
      { ...options, images: frames(3), path: file, format: 'webp' },
      {
        signal: controller.signal,
        onFrame: (share) => {
          shares.push(share)
          if (share > 0.5) controller.abort()
        },
      },
    )
    await expect(saving).rejects.toMatchObject({ kind: 'cancelled' })
    expect(shares).toEqual([0.2, 0.4, 0.6])
    expect(readFileSync(file, 'utf8')).toBe('before')
  })

  it('explains in a sentence why a path cannot be written', async () => {
    mkdirSync(path('taken.gif'))
    writeFileSync(path('file'), '')
    const request = { ...options, images: frames(3), format: 'gif' as const }
    await expect(saveImages({ ...request, path: path('taken.gif') })).rejects.toMatchObject({
      kind: 'bad-input',
      message: 'There is a folder where a file is needed.',
    })
    await expect(saveImages({ ...request, path: path('file/x.gif') })).rejects.toMatchObject({
      kind: 'bad-input',
      message: 'There is a file where a folder is needed.',
    })
    const missing = saveImages({ ...request, path: path('missing/x.gif') })
    await expect(missing).rejects.toMatchObject({ message: 'This path does not exist.' })
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

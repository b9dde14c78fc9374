import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { fitsVideo } from '#shared/schemas/image-file.ts'
import { saveImages } from '../../../src-main/animation/save-images.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { readMp4 } from '../../helpers/mp4.ts'

const folder = temporaryFolder('mp4')
afterAll(() => folder.remove())
const path = (name: string) => join(folder.path, name)

/** Frames with a bar that moves. */
function frames({ channels = 3, width = 24, count = 7 }: Partial<PixelBatch> = {}): PixelBatch {
  const height = 16
  const pixels = Uint8Array.from({ length: count * height * width * channels }, (_, i) => {
    const [x, frame] = [Math.floor(i / channels) % width, Math.floor(i / (channels * width * height))]
    return Math.abs(x - 3 * frame) < 3 ? 240 : 40 * (i % channels)
  })
  return { count, height, width, channels, pixels }
}
const options = { format: 'mp4', framesPerSecond: 25, backAndForth: false, enlarge: 2 } as const

describe('a video', () => {
  it('has every frame in H.264, its size and its time', async () => {
    const file = path('frames.mp4')
    const shares: number[] = []
    const saved = await saveImages(
      { ...options, images: frames(), path: file },
      { onFrame: (share) => shares.push(share) },
    )
    expect(saved).toEqual({ path: file, files: 1, bytes: readFileSync(file).length })
    const video = readMp4(readFileSync(file))
    expect(video).toMatchObject({ codec: 'avc1', width: 48, height: 32, samples: 7, intra: 7, inter: 0 })
    expect(video.seconds).toBeCloseTo(7 / 25, 2)
    expect(shares.at(-1)).toBe(1)
    expect(shares).toHaveLength(7)
  })

  it('plays forwards and back, at the next whole rate, with sides made even', async () => {
    const file = path('back.mp4')
    await saveImages({
      ...{ ...options, images: frames({ width: 23 }), path: file },
      ...{ enlarge: 1, backAndForth: true, framesPerSecond: 12.5 },
    })
    const video = readMp4(readFileSync(file))
    expect(video).toMatchObject({ width: 24, height: 16, samples: 12 })
    expect(video.seconds).toBeCloseTo(12 / 13, 2)
  })

  it.each([1, 4] as const)('is made of frames with %i channels', async (channels) => {
    const file = path(`channels-${channels}.mp4`)
    await saveImages({ ...options, images: frames({ channels }), path: file })
    expect(readMp4(readFileSync(file))).toMatchObject({ width: 48, samples: 7 })
  })

  it('that is cancelled leaves no file, and one that is too large is refused', async () => {
    const file = path('never.mp4')
    const controller = new AbortController()
    const request = { ...options, images: frames(), path: file }
    const saving = saveImages(request, {
      signal: controller.signal,
      onFrame: () => controller.abort(),
    })
    await expect(saving).rejects.toMatchObject({ kind: 'cancelled' })
    await expect(saveImages({ ...request, enlarge: 300 })).rejects.toMatchObject({ kind: 'bad-input' })
    expect(existsSync(file)).toBe(false)
    expect([fitsVideo(4096, 2304), fitsVideo(4096, 2305)]).toEqual([true, false])
  })

  it('leaves the process to those who watch over its errors', async () => {
    const before = ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event))
    await saveImages({ ...options, images: frames({ count: 2 }), path: path('two.mp4') })
    expect(['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event))).toEqual(
      before,
    )
  })
})

import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { playingOrder } from '#shared/schemas/image-file.ts'
import type { AnimationOptions, ImageFileFormat, SavedImages } from '#shared/schemas/image-file.ts'
import { writeFileAtomically, writeFolderAtomically } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import { enlargedFrame, throwIfCancelled } from './frame.ts'
import type { FrameProgress } from './frame.ts'
import { joinGifImages } from './gif.ts'
import { mp4Of } from './mp4.ts'
import { joinWebpImages } from './webp.ts'

export interface SaveRequest extends AnimationOptions {
  images: PixelBatch
  /** The file, or for `frames` the folder, which must not exist; the folder that it is in must. */
  path: string
}

/**
 * Writes images as a PNG, an animation or a folder of PNGs, each completely or not at all. Frames are encoded one by one:
 * after each, `onFrame` gets the share that is done, and an abort of `signal` ends the work before anything is written.
 * @throws FlowerbedError `cancelled`, `conflict` for a folder that exists, `no-space` or `bad-input` for what cannot be written
 */
export async function saveImages(request: SaveRequest, progress: FrameProgress = {}): Promise<SavedImages> {
  const { images, path, format } = request
  return await writing(path, async () => {
    // Found missing now rather than after all frames are encoded.
    await stat(dirname(path))
    if (format === 'frames') await refuseExisting(path)
    if (format === 'mp4') {
      const video = await mp4Of(images, { ...request, ...progress })
      await writeFileAtomically(path, video)
      return { path, files: 1, bytes: video.length }
    }
    const count = format === 'png' ? 1 : images.count
    const encoded: Buffer[] = []
    for (let i = 0; i < count; i++) {
      throwIfCancelled(progress)
      encoded.push(await encodedFrame(request, i))
      progress.onFrame?.((i + 1) / count)
    }
    throwIfCancelled(progress)
    const bytes = format === 'frames' ? await writeFrames(path, encoded) : await writeFile(request, encoded)
    return { path, files: format === 'frames' ? count : 1, bytes }
  })
}

async function writeFrames(path: string, encoded: Buffer[]): Promise<number> {
  const digits = Math.max(3, String(encoded.length).length)
  const name = (i: number) => `frame-${String(i + 1).padStart(digits, '0')}.png`
  await writeFolderAtomically(path, Object.fromEntries(encoded.map((bytes, i) => [name(i), bytes])))
  return encoded.reduce((sum, { length }) => sum + length, 0)
}

async function writeFile(request: SaveRequest, encoded: Buffer[]): Promise<number> {
  const { path, format, images, enlarge, framesPerSecond, backAndForth } = request
  const frames = playingOrder(encoded.length, backAndForth).flatMap((i) => encoded[i] ?? [])
  const [width, height, alpha] = [images.width * enlarge, images.height * enlarge, images.channels === 4]
  const joined: Partial<Record<ImageFileFormat, () => Uint8Array>> = {
    gif: () => joinGifImages(frames, framesPerSecond),
    webp: () => joinWebpImages(frames, { width, height, alpha, framesPerSecond }),
  }
  const bytes = joined[format]?.() ?? encoded[0] ?? new Uint8Array()
  await writeFileAtomically(path, bytes)
  return bytes.length
}

/** One frame as a file of its own, with crisp pixels. */
async function encodedFrame({ images, format, enlarge }: SaveRequest, index: number): Promise<Buffer> {
  const frame = enlargedFrame(images, { index, enlarge })
  // Without dithering, which flickers from frame to frame.
  if (format === 'gif') return await frame.gif({ dither: 0, effort: 4 }).toBuffer()
  if (format === 'webp') return await frame.webp({ lossless: true, effort: 3 }).toBuffer()
  return await frame.png().toBuffer()
}

async function refuseExisting(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null)
  if (!found) return
  throw new FlowerbedError('conflict', errorText('files.folderExists'), { where: folder })
}

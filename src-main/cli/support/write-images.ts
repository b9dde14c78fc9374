import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageAt, tile, writePng } from '../../engine/images/png.ts'
import { writeAnimation } from './animation.ts'

/** Width or height in pixels to which small images are enlarged on sheets. */
const sheetImageSize = 128

/** How many times an image is enlarged on a sheet. */
export function enlargement({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.floor(sheetImageSize / Math.max(width, height)))
}

/** Writes one PNG per image, numbered from `first`. Answers the files. */
export async function writeEach(folder: string, images: PixelBatch, first: number): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (let i = 0; i < images.count; i++) {
    const file = join(folder, `image-${String(first + i + 1).padStart(4, '0')}.png`)
    await writePng(file, imageAt(images, i))
    files.push(file)
  }
  return files
}

/** Writes a contact sheet of the batches, small images enlarged. Answers the file. */
export async function writeSheet(folder: string, batches: [PixelBatch, ...PixelBatch[]]): Promise<string> {
  const sheet = join(folder, 'sheet.png')
  const pixels = Buffer.concat(batches.map((batch) => batch.pixels))
  const images = { ...batches[0], count: batches.reduce((sum, { count }) => sum + count, 0), pixels }
  await writePng(sheet, tile(images), { enlarge: enlargement(images) })
  return sheet
}

/** Writes one PNG per image and a contact sheet. */
export async function writeImages(
  folder: string,
  images: PixelBatch,
): Promise<{ files: string[]; sheet: string }> {
  return { files: await writeEach(folder, images, 0), sheet: await writeSheet(folder, [images]) }
}

/** Writes the frames of an interpolation side by side (.png) or as an animation (.gif, .webp). */
export async function writeInterpolation(out: string, frames: PixelBatch): Promise<void> {
  await mkdir(dirname(out), { recursive: true })
  const enlarge = enlargement(frames)
  if (out.endsWith('.png')) await writePng(out, tile(frames, frames.count), { enlarge })
  else await writeAnimation(out, frames, { enlarge })
}

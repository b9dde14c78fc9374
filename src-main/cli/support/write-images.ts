import { mkdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { frameRate } from '#shared/schemas/image-file.ts'
import type { ImageFileFormat, SavedImages } from '#shared/schemas/image-file.ts'
import { saveImages } from '../../animation/save-images.ts'
import { encodePng, imageAt, tile, writePng } from '../../engine/images/png.ts'
import { writeFilesAtomically } from '../../files/atomic-write.ts'
import { writing } from '../../files/write-errors.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'

/** Width or height in pixels to which small images are enlarged on sheets. */
const sheetImageSize = 128

/** How many times an image is enlarged on a sheet. */
export function enlargement({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.floor(sheetImageSize / Math.max(width, height)))
}

/** Writes one PNG per image, numbered from `first`, each with the text that it is given. Answers the files. */
export async function writeEach(
  folder: string,
  images: PixelBatch,
  { first = 0, textOf }: { first?: number; textOf?: (index: number) => Record<string, string> } = {},
): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const names = Array.from(
    { length: images.count },
    (_, i) => `image-${String(first + i + 1).padStart(4, '0')}.png`,
  )
  await writeFilesAtomically(folder, names, (i) => encodePng(imageAt(images, i), { text: textOf?.(i) ?? {} }))
  return names.map((name) => join(folder, name))
}

/** Writes a contact sheet of the batches, small images enlarged. Answers the file. */
export async function writeSheet(
  folder: string,
  batches: [PixelBatch, ...PixelBatch[]],
  textOf?: (enlarge: number) => Record<string, string>,
): Promise<string> {
  const sheet = join(folder, 'sheet.png')
  const pixels = Buffer.concat(batches.map((batch) => batch.pixels))
  const images = { ...batches[0], count: batches.reduce((sum, { count }) => sum + count, 0), pixels }
  const enlarge = enlargement(images)
  await writePng(sheet, tile(images), { enlarge, text: textOf?.(enlarge) ?? {} })
  return sheet
}

/** Writes one PNG per image and a contact sheet. */
export async function writeImages(
  folder: string,
  images: PixelBatch,
): Promise<{ files: string[]; sheet: string }> {
  return { files: await writeEach(folder, images), sheet: await writeSheet(folder, [images]) }
}

/** How frames become an animation on the command line. */
export interface AnimationFlags {
  fps?: number
  forwards?: boolean
  scale?: number
}

/** The formats of frames by the ending of their path; a path without one is a folder. */
const formats: Record<string, ImageFileFormat> = {
  '.gif': 'gif',
  '.webp': 'webp',
  '.mp4': 'mp4',
  '.png': 'png',
  '': 'frames',
}

/** What a path asks for; null for an ending that is not known. */
export const formatOf = (out: string): ImageFileFormat | null => formats[extname(out)] ?? null

/** Writes frames side by side (.png), as an animation (.gif, .webp, .mp4) or as a folder of PNGs; Ctrl+C ends it. */
export async function writeAnimation(
  out: string,
  frames: PixelBatch,
  { fps = frameRate.default, forwards = false, scale }: AnimationFlags = {},
): Promise<SavedImages> {
  await checkInterrupted()
  const controller = new AbortController()
  const stopListening = onInterrupt(() => {
    controller.abort()
  })
  const format = formatOf(out) ?? 'frames'
  const options = {
    ...{ path: out, format, framesPerSecond: fps, backAndForth: !forwards },
    enlarge: scale ?? enlargement(frames),
  }
  const images = format === 'png' ? sheetOf(frames) : frames
  try {
    await writing(out, () => mkdir(dirname(out), { recursive: true }))
    return await saveImages({ ...options, images }, { signal: controller.signal })
  } finally {
    stopListening()
  }
}

const sheetOf = (frames: PixelBatch) => tile(frames, frames.count)

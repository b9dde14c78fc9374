import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { pictureBytes } from '#contract/pictures.ts'
import type { PixelBatch } from '#contract/pictures.ts'
import { writeFileAtomically } from '../../files.ts'

/** Encoding only: pictures of users are decoded nowhere but in the importer process. */

/** Columns of a sheet that is as square as it can be. */
export function sheetColumns(count: number): number {
  return Math.ceil(Math.sqrt(count))
}

/** All pictures on one sheet, row by row, without gaps; missing tiles at the end stay white. */
export function tile(pictures: PixelBatch, columns = sheetColumns(pictures.count)): PixelBatch {
  const { height, width, channels, count, pixels } = pictures
  const rows = Math.ceil(count / columns)
  const sheet = new Uint8Array(rows * height * columns * width * channels).fill(255)
  const row = width * channels
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * row
    const top = Math.floor(i / columns) * height
    for (let y = 0; y < height; y++) {
      const from = i * pictureBytes(pictures) + y * row
      sheet.set(pixels.subarray(from, from + row), (top + y) * columns * row + left)
    }
  }
  return { height: rows * height, width: columns * width, channels, count: 1, pixels: sheet }
}

/** Each pixel `times` as large, crisp. */
function enlarged(picture: PixelBatch, times: number): Sharp {
  const { height, width, channels, pixels } = picture
  const image = sharp(pixels, { raw: { height, width, channels } })
  return times === 1 ? image : image.resize(width * times, height * times, { kernel: 'nearest' })
}

/** Writes the first picture of a batch as PNG; there whole or not at all. */
export async function writePng(
  path: string,
  picture: PixelBatch,
  options: { enlarge?: number } = {},
): Promise<void> {
  await writeFileAtomically(
    path,
    await enlarged(picture, options.enlarge ?? 1)
      .png()
      .toBuffer(),
  )
}

/** Writes pictures as an animation that runs forth and back, as GIF or WebP after the file's name. */
export async function writeAnimation(
  path: string,
  frames: PixelBatch,
  options: { enlarge?: number; framesPerSecond?: number } = {},
): Promise<void> {
  const { enlarge = 1, framesPerSecond = 12 } = options
  const size = pictureBytes(frames)
  const there = Array.from({ length: frames.count }, (_, i) => i)
  const order = [...there, ...there.slice(1, -1).reverse()]
  const pages = new Uint8Array(order.length * size)
  order.forEach((frame, i) => pages.set(frames.pixels.subarray(frame * size, (frame + 1) * size), i * size))
  const column = { ...frames, count: 1, height: frames.height * order.length, pixels: pages }
  const raw = await enlarged(column, enlarge).raw().toBuffer({ resolveWithObject: true })
  const image = sharp(raw.data, {
    raw: {
      width: raw.info.width,
      height: raw.info.height,
      channels: raw.info.channels,
      pageHeight: frames.height * enlarge,
    },
  })
  const delay = order.map(() => Math.round(1000 / framesPerSecond))
  const bytes = path.endsWith('.gif')
    ? image.gif({ delay, loop: 0 })
    : image.webp({ delay, loop: 0, lossless: true })
  await writeFileAtomically(path, await bytes.toBuffer())
}

/** One picture out of a batch. */
export function pictureAt(pictures: PixelBatch, index: number): PixelBatch {
  const size = pictureBytes(pictures)
  return { ...pictures, count: 1, pixels: pictures.pixels.subarray(index * size, (index + 1) * size) }
}

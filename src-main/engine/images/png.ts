import { readFile } from 'node:fs/promises'
import { crc32, deflateSync } from 'node:zlib'
import { decode } from 'fast-png'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { SheetSource } from '#shared/schemas/evaluation.ts'
import { imageBytes, sheetColumns } from '#shared/schemas/image.ts'
import type { ChannelCount, PixelBatch } from '#shared/schemas/image.ts'
import { writeFileAtomically } from '../../files/atomic-write.ts'

/** PNG of our own files only. Images of users are decoded in the importer process. */

/** The text of a keyword that a PNG carries. @throws Error for any other file */
export const pngText = (bytes: Uint8Array, keyword: string): string | undefined => decode(bytes).text[keyword]

/** A PNG of 8 bits without palette, its pixels as they are. @throws Error for any other */
export function readPng(bytes: Uint8Array): PixelBatch {
  const { width, height, channels, data } = decode(bytes)
  if (!(data instanceof Uint8Array) || data.length !== width * height * channels || channels === 2)
    throw new Error('not a PNG of 8 bits in grey, RGB or RGBA')
  return { width, height, channels: channels as ChannelCount, count: 1, pixels: data }
}

/** All images on one sheet, row by row, without gaps; missing tiles at the end are white. */
export function tile(images: PixelBatch, columns = sheetColumns(images.count)): PixelBatch {
  const { height, width, channels, count, pixels } = images
  const rows = Math.ceil(count / columns)
  const sheet = new Uint8Array(rows * height * columns * width * channels).fill(255)
  const row = width * channels
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * row
    const top = Math.floor(i / columns) * height
    for (let y = 0; y < height; y++) {
      const from = i * imageBytes(images) + y * row
      sheet.set(pixels.subarray(from, from + row), (top + y) * columns * row + left)
    }
  }
  return { height: rows * height, width: columns * width, channels, count: 1, pixels: sheet }
}

/** The images of a sheet: the inverse of `tile`. */
function splitSheet(
  sheet: Uint8Array,
  { columns, ...batch }: Omit<PixelBatch, 'pixels'> & { columns: number },
): PixelBatch {
  const { height, width, channels, count } = batch
  const pixels = new Uint8Array(count * imageBytes(batch))
  const row = width * channels
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * row
    const top = Math.floor(i / columns) * height
    for (let y = 0; y < height; y++) {
      const from = (top + y) * columns * row + left
      pixels.set(sheet.subarray(from, from + row), i * imageBytes(batch) + y * row)
    }
  }
  return { ...batch, pixels }
}

/** Reads a sheet that `writePng` wrote of `tile`. @throws FlowerbedError `not-found`, or `corrupt` for anything else */
export async function readSheet({ path, shape, count, columns }: SheetSource): Promise<PixelBatch> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FlowerbedError('not-found', errorText('sample.fileGone'), { where: path, cause })
  })
  const { height, width, channels } = shape
  let image: PixelBatch | null = null
  try {
    image = readPng(bytes)
  } catch {
    // Reported below.
  }
  const fits =
    image?.width === columns * width &&
    image.height === Math.ceil(count / columns) * height &&
    image.channels === channels
  if (!image || !fits) throw new FlowerbedError('corrupt', errorText('sample.fileDamaged'), { where: path })
  return splitSheet(image.pixels, { height, width, channels, count, columns })
}

/** The first image, each pixel `times` as large. */
export function enlarged(image: PixelBatch, times: number): PixelBatch {
  const { height, width, channels, pixels } = image
  const large = new Uint8Array(height * width * channels * times * times)
  for (let y = 0; y < height * times; y++) {
    for (let x = 0; x < width * times; x++) {
      const from = (Math.floor(y / times) * width + Math.floor(x / times)) * channels
      for (let c = 0; c < channels; c++) large[(y * width * times + x) * channels + c] = pixels[from + c] ?? 0
    }
  }
  return { height: height * times, width: width * times, channels, count: 1, pixels: large }
}

interface PngOptions {
  /** How many times as large each pixel is. */
  enlarge?: number
  /** By keyword, in ASCII. */
  text?: Record<string, string>
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** The types of colour by the number of channels. */
const colourTypes: Record<ChannelCount, number> = { 1: 0, 3: 2, 4: 6 }
/** Of zlib: more takes several times as long for files that are little smaller. */
const compressionLevel = 3

/** The first image of a batch as PNG of 8 bits (W3C, PNG specification), compressed by zlib's native code. */
export function encodePng(image: PixelBatch, { enlarge = 1, text = {} }: PngOptions = {}): Uint8Array {
  const { height, width, channels, pixels } = enlarge === 1 ? image : enlarged(image, enlarge)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  header[9] = colourTypes[channels]
  const row = width * channels
  // Each row begins with its filter: 0, none.
  const rows = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return Buffer.concat([
    signature,
    ...pngChunk('IHDR', header),
    ...pngChunk('IDAT', deflateSync(rows, { level: compressionLevel })),
    ...Object.entries(text).flatMap(([keyword, value]) =>
      pngChunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1')),
    ),
    ...pngChunk('IEND', new Uint8Array(0)),
  ])
}

/** Length, type, contents and checksum. */
function pngChunk(type: string, contents: Uint8Array): Uint8Array[] {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  const name = Buffer.from(type, 'latin1')
  length.writeUInt32BE(contents.length)
  checksum.writeUInt32BE(crc32(contents, crc32(name)))
  return [length, name, contents, checksum]
}

/** Writes the first image of a batch as PNG, atomically. */
export async function writePng(path: string, image: PixelBatch, options?: PngOptions): Promise<void> {
  await writeFileAtomically(path, encodePng(image, options))
}

/** One image out of a batch. */
export function imageAt(images: PixelBatch, index: number): PixelBatch {
  const size = imageBytes(images)
  return { ...images, count: 1, pixels: images.pixels.subarray(index * size, (index + 1) * size) }
}

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { ImporterRequests } from '#shared/importer-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageAt, pngText, readPng, readSheet, tile, writePng } from '../engine/images/png.ts'
import { writing } from '../files/write-errors.ts'

/** Sheets of the app have at most 256 images of 512 × 512, and contact sheets are enlarged only where they are small. */
const mostPixels = 2 ** 27

/**
 * Writes images of a sheet as PNG files with text; several of them in one file as a contact sheet.
 * @throws FlowerbedError where a path cannot be written
 */
export async function saveSamples({ sheet, files }: ImporterRequests['saveSamples'][0]): Promise<void> {
  const all = await readSheet(sheet)
  for (const { path, images, enlarge, text } of files) {
    const pixels = Buffer.concat(images.map((index) => imageAt(all, index).pixels))
    const image = tile({ ...all, count: images.length, pixels })
    await writing(path, () => writePng(path, image, { enlarge, text }))
  }
}

/** The text of a keyword that a PNG carries, with its pixels as they are; null for any other file. */
export async function readText({
  path,
  keyword,
}: ImporterRequests['readText'][0]): Promise<{ text: string; image: PixelBatch } | null> {
  try {
    const { format, width, height } = await sharp(path).metadata()
    if (format !== 'png' || width * height > mostPixels) return null
    const bytes = await readFile(path)
    const text = pngText(bytes, keyword)
    return text === undefined ? null : { text, image: readPng(bytes) }
  } catch {
    // A file that cannot be read is for the import to report.
    return null
  }
}

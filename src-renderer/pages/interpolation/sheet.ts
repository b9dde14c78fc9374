import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

/** All images of a batch as one, row by row and edge to edge. */
export function sheetOf(images: PixelBatch, columns: number): PixelBatch {
  const { width, height, channels, count, pixels } = images
  const rows = Math.ceil(count / columns)
  const sheet = new Uint8Array(rows * columns * imageBytes(images))
  const line = width * channels
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * line
    const top = Math.floor(i / columns) * height
    for (let y = 0; y < height; y++) {
      const from = i * imageBytes(images) + y * line
      sheet.set(pixels.subarray(from, from + line), (top + y) * columns * line + left)
    }
  }
  return { width: columns * width, height: rows * height, channels, count: 1, pixels: sheet }
}

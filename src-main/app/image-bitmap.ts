import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

/** The first image of a batch as Electron takes it: blue, green, red, and alpha by which the colours are multiplied. */
export function bitmapOf(
  image: PixelBatch,
  enlarge: number,
): { bitmap: Buffer; width: number; height: number } {
  const { channels, pixels } = image
  const [width, height] = [image.width * enlarge, image.height * enlarge]
  const bitmap = Buffer.alloc(width * height * 4)
  const size = imageBytes(image)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / enlarge) * image.width + Math.floor(x / enlarge)) * channels
      const at = (c: number) => (from + c < size ? (pixels[from + c] ?? 0) : 0)
      const alpha = channels === 4 ? at(3) : 255
      const colour = (c: number) => Math.round((at(channels === 1 ? 0 : c) * alpha) / 255)
      bitmap.set([colour(2), colour(1), colour(0), alpha], (y * width + x) * 4)
    }
  }
  return { bitmap, width, height }
}

import type { PixelBatch } from '#shared/schemas/image.ts'

/** Each image of a batch with the same one of another to its right; both have as many, of one height. */
export function sideBySide(left: PixelBatch, right: PixelBatch): PixelBatch {
  const { height, channels, count } = left
  const [before, after] = [left.width * channels, right.width * channels]
  const pixels = new Uint8Array(count * height * (before + after))
  for (let row = 0; row < count * height; row++) {
    const at = row * (before + after)
    pixels.set(left.pixels.subarray(row * before, (row + 1) * before), at)
    pixels.set(right.pixels.subarray(row * after, (row + 1) * after), at + before)
  }
  return { height, width: left.width + right.width, channels, count, pixels }
}

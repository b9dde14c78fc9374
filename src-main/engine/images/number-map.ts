import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'

/** A number per pixel and channel as an image: black is `low`, white is `high`. */
export interface NumberMap {
  image: PixelBatch
  low: number
  high: number
}

/**
 * Maps numbers to brightness over their range, which includes at least `within`, so that images of different times are
 * comparable.
 */
export function numberMap(
  values: Float32Array,
  shape: ImageShape,
  within: { low: number; high: number },
): NumberMap {
  let { low, high } = within
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const scale = high > low ? 255 / (high - low) : 0
  const pixels = Uint8Array.from(values, (value) => Math.round((value - low) * scale))
  return { image: { ...shape, count: 1, pixels }, low, high }
}

/** The mean of each pixel's channels. */
export function greyOf(values: Float32Array, channels: number): Float32Array {
  return Float32Array.from({ length: values.length / channels }, (_, pixel) =>
    values
      .subarray(pixel * channels, (pixel + 1) * channels)
      .reduce((sum, value) => sum + value / channels, 0),
  )
}

import * as tf from '@tensorflow/tfjs-core'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { toImages } from '../data/batches.ts'
import { valuesOf } from '../graph/values-of.ts'
import { resizeToSquare } from './resize-images.ts'
import type { Rows } from './rows.ts'

/** Larger images are compared at this side, which bounds the memory; details of single pixels do not count then. */
const largestSide = 64
const imagesAtOnce = 64

/** Images as vectors of their pixels in [0, 1]. */
export function pixelRows(batch: PixelBatch): Rows {
  const { count, height, width, channels, pixels } = batch
  if (Math.max(height, width) <= largestSide)
    return { count, size: imageBytes(batch), values: toImages(pixels) }
  const [from, size] = [imageBytes(batch), largestSide * largestSide * channels]
  const values = new Float32Array(count * size)
  for (let first = 0; first < count; first += imagesAtOnce) {
    const n = Math.min(imagesAtOnce, count - first)
    const images = toImages(pixels.subarray(first * from, (first + n) * from))
    values.set(
      valuesOf(() => resizeToSquare(tf.tensor4d(images, [n, height, width, channels]), largestSide)),
      first * size,
    )
  }
  return { count, size, values }
}

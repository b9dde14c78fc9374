import type { ImageShape } from '#shared/schemas/image.ts'

/** Side of the small image, in pixels. */
export const signatureSide = 8

/** What an image is compared by. */
export interface ImageSignature {
  /** 64 bits: whether the brightness grows from each of 8 × 9 areas to the next one on its right. */
  hash: [number, number]
  /** The image reduced to 8 × 8 pixels of three channels. */
  pixels: Uint8Array
}

/**
 * The difference hash of an image (N. Krawetz, "Kind of like that", 2013) and a small copy of it.
 * @param pixels uint8 `[height, width, channels]`; alpha is passed over
 */
export function signatureOf(pixels: Uint8Array, shape: ImageShape): ImageSignature {
  const wide = reduced(pixels, shape, { width: signatureSide + 1, height: signatureSide })
  const hash: [number, number] = [0, 0]
  for (let y = 0; y < signatureSide; y++) {
    for (let x = 0; x < signatureSide; x++) {
      const at = y * (signatureSide + 1) + x
      const bit = y * signatureSide + x
      if (brightness(wide, at + 1) > brightness(wide, at)) hash[bit < 32 ? 0 : 1] |= 1 << (bit & 31)
    }
  }
  const small = reduced(pixels, shape, { width: signatureSide, height: signatureSide })
  return { hash, pixels: Uint8Array.from(small, Math.round) }
}

/** Root mean square difference of the small copies of two images, of 255. */
export function pixelDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return Math.sqrt(sum / a.length)
}

/** Mean colour of each area, as three channels; images smaller than that are enlarged. */
function reduced(
  pixels: Uint8Array,
  { width, height, channels }: ImageShape,
  to: { width: number; height: number },
): Float32Array {
  const result = new Float32Array(to.width * to.height * 3)
  for (let y = 0; y < to.height; y++) {
    const [top, bottom] = bounds(y, to.height, height)
    for (let x = 0; x < to.width; x++) {
      const [left, right] = bounds(x, to.width, width)
      const sums = [0, 0, 0]
      for (let v = top; v < bottom; v++) {
        for (let u = left; u < right; u++) {
          const at = (v * width + u) * channels
          for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (pixels[channels < 3 ? at : at + c] ?? 0)
        }
      }
      const count = (bottom - top) * (right - left)
      for (let c = 0; c < 3; c++) result[3 * (y * to.width + x) + c] = (sums[c] ?? 0) / count
    }
  }
  return result
}

/** Where an area begins and ends; at least one pixel. */
function bounds(i: number, of: number, side: number): [number, number] {
  const first = Math.floor((i * side) / of)
  return [first, Math.max(first + 1, Math.floor(((i + 1) * side) / of))]
}

/** Luma of a colour (ITU-R BT.601). */
function brightness(colours: Float32Array, at: number): number {
  const [red = 0, green = 0, blue = 0] = [colours[3 * at], colours[3 * at + 1], colours[3 * at + 2]]
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

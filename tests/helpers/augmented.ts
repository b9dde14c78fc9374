import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Augmentation } from '../../src-main/engine/data/augment.ts'
import { uniformStream } from '../../src-main/engine/rng.ts'

/** What the graph must make of a step's images, pixel by pixel and in place: float32 NHWC in [0, 1]. */
export function augment(
  images: Float32Array,
  options: { settings: Augmentation; shape: ImageShape; seed: number; step: number },
): void {
  const { settings, shape, seed, step } = options
  const { height, width } = shape
  const size = imageBytes(shape)
  const each = (change: (image: Float32Array) => void) => {
    for (let start = 0; start < images.length; start += size) change(images.subarray(start, start + size))
  }
  if (settings.flip) {
    const uniform = uniformStream(seed, step, 'flip')
    each((image) => {
      if (uniform() < 0.5) mirror(image, shape)
    })
  }
  if (settings.flipVertical) {
    const uniform = uniformStream(seed, step, 'vertical flip')
    each((image) => {
      if (uniform() < 0.5) mirrorVertically(image, shape)
    })
  }
  if (settings.turn) {
    const uniform = uniformStream(seed, step, 'turn')
    // A quarter turn of an image that is not square has another shape.
    const quarters = height === width ? [0, 1, 2, 3] : [0, 2]
    each((image) => turn(image, shape, quarters[Math.floor(uniform() * quarters.length)] ?? 0))
  }
  if (settings.shift > 0) {
    const uniform = uniformStream(seed, step, 'shift')
    const [down, right] = [reach(settings.shift, height), reach(settings.shift, width)]
    each((image) => shift(image, shape, { down: among(down, uniform()), right: among(right, uniform()) }))
  }
  if (settings.jitter > 0) {
    const uniform = uniformStream(seed, step, 'jitter')
    const some = () => (2 * uniform() - 1) * settings.jitter
    each((image) => relight(image, { brightness: some(), contrast: 1 + some() }))
  }
}

/** Pixels of a share of a side; a shift that is asked for is at least one. */
const reach = (share: number, side: number) => Math.max(1, Math.round(share * side))
/** A whole number from −most to most for a uniform one in [0, 1). */
const among = (most: number, uniform: number) => Math.floor(uniform * (2 * most + 1)) - most

/** Mirrors an image left to right, in place. */
function mirror(image: Float32Array, { width, channels }: ImageShape): void {
  const row = width * channels
  for (let start = 0; start < image.length; start += row) {
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let c = 0; c < channels; c++) {
        const a = start + left * channels + c
        const b = start + right * channels + c
        const kept = image[a] as number
        image[a] = image[b] as number
        image[b] = kept
      }
    }
  }
}

/** Mirrors an image top to bottom, in place. */
function mirrorVertically(image: Float32Array, { height, width, channels }: ImageShape): void {
  const row = width * channels
  for (let top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
    const kept = image.slice(top * row, (top + 1) * row)
    image.copyWithin(top * row, bottom * row, (bottom + 1) * row)
    image.set(kept, bottom * row)
  }
}

/** Turns an image by `quarters` quarter turns counter-clockwise, in place; an odd number needs a square. */
function turn(image: Float32Array, { height, width, channels }: ImageShape, quarters: number): void {
  if (quarters === 0) return
  const source = image.slice()
  // Where the first pixel comes from, and how far that moves with each row and column.
  const first = [0, width - 1, height * width - 1, (height - 1) * width][quarters] ?? 0
  const perRow = [0, -1, -width, 1][quarters] ?? 0
  const perColumn = [0, width, -1, -width][quarters] ?? 0
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (first + y * perRow + x * perColumn) * channels
      for (let c = 0; c < channels; c++) image[to++] = source[from + c] as number
    }
  }
}

/** Moves an image by whole pixels, in place; its edges are repeated into what is left empty. */
function shift(
  image: Float32Array,
  { height, width, channels }: ImageShape,
  { down, right }: { down: number; right: number },
): void {
  const source = image.slice()
  const row = width * channels
  for (let y = 0; y < height; y++) {
    const from = Math.min(height - 1, Math.max(0, y - down)) * row
    const to = y * row
    for (let x = 0; x < width; x++) {
      const at = from + Math.min(width - 1, Math.max(0, x - right)) * channels
      for (let c = 0; c < channels; c++) image[to + x * channels + c] = source[at + c] as number
    }
  }
}

/**
 * Changes an image's light, in place: differences from its mean are multiplied by `contrast`, `brightness` is added, and
 * what leaves [0, 1] is cut off.
 */
function relight(
  image: Float32Array,
  { brightness, contrast }: { brightness: number; contrast: number },
): void {
  let sum = 0
  for (let i = 0; i < image.length; i++) sum += image[i] as number
  const offset = (sum / image.length) * (1 - contrast) + brightness
  for (let i = 0; i < image.length; i++) {
    const value = (image[i] as number) * contrast + offset
    image[i] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

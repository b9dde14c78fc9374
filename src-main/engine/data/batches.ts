import { pictureBytes } from '#contract/pictures.ts'
import { permutation, uniformStream } from '../random.ts'
import type { Dataset } from '../../packed/dataset.ts'

/**
 * The pictures of each training step as a pure function of (seed, step): epochs are shuffled orders of all pictures laid
 * end to end, and a step takes the next `batch` of them, so every picture is seen equally often at any count.
 */
export class BatchStream {
  private readonly order = new Map<number, Uint32Array>()
  private readonly dataset: Dataset
  private readonly options: { batch: number; seed: number; flip: boolean }
  private readonly places: Uint32Array

  /** @param places positions of the pictures to learn from */
  constructor(
    dataset: Dataset,
    options: { batch: number; seed: number; flip: boolean; places: Uint32Array },
  ) {
    this.dataset = dataset
    this.options = options
    this.places = options.places
  }

  /** Positions of the pictures of step `step` (0 is the first). */
  indices(step: number): Uint32Array {
    const { batch } = this.options
    return Uint32Array.from({ length: batch }, (_, i) => {
      const place = step * batch + i
      const epoch = Math.floor(place / this.places.length)
      return this.places[this.epoch(epoch)[place % this.places.length] as number] as number
    })
  }

  /** Images of step `step` as float32 NHWC in [0, 1]. */
  images(step: number): Float32Array {
    const { pixels } = this.dataset.pictures(this.indices(step))
    const images = toImages(pixels)
    if (this.options.flip) this.flipSome(images, step)
    return images
  }

  private epoch(epoch: number): Uint32Array {
    let order = this.order.get(epoch)
    if (!order) {
      order = permutation(this.places.length, this.options.seed, epoch)
      // A step touches neighbouring epochs at most; older ones are computed again when asked for.
      if (this.order.size > 2) this.order.clear()
      this.order.set(epoch, order)
    }
    return order
  }

  private flipSome(images: Float32Array, step: number): void {
    const { shape } = this.dataset.index
    const size = pictureBytes(shape)
    const uniform = uniformStream(this.options.seed, step, 'flip')
    for (let start = 0; start < images.length; start += size) {
      if (uniform() < 0.5) mirror(images.subarray(start, start + size), shape.width, shape.channels)
    }
  }
}

/** Bytes as float32 in [0, 1]. */
export function toImages(pixels: Uint8Array): Float32Array {
  const images = new Float32Array(pixels.length)
  // Several times faster than `from` with a function.
  for (let i = 0; i < pixels.length; i++) images[i] = (pixels[i] as number) / 255
  return images
}

/** Mirrors one picture left to right, in place. */
function mirror(picture: Float32Array, width: number, channels: number): void {
  const row = width * channels
  for (let start = 0; start < picture.length; start += row) {
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let c = 0; c < channels; c++) {
        const a = start + left * channels + c
        const b = start + right * channels + c
        const kept = picture[a] as number
        picture[a] = picture[b] as number
        picture[b] = kept
      }
    }
  }
}

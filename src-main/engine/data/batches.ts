import { permutation } from '../rng.ts'

/**
 * The images of each training step as a pure function of (seed, step): epochs are shuffled orders of all images laid
 * end to end, and a step takes the next `batch` of them, so every image is seen equally often at any count.
 */
export class BatchStream {
  private readonly order = new Map<number, Uint32Array>()
  private readonly options: { batch: number; seed: number; places: Uint32Array }

  /** @param options `places` are positions of the images to learn from */
  constructor(options: { batch: number; seed: number; places: Uint32Array }) {
    this.options = options
  }

  /** Positions of the images of step `step` (0 is the first). */
  indices(step: number): Int32Array {
    const { batch, places } = this.options
    return Int32Array.from({ length: batch }, (_, i) => {
      const place = step * batch + i
      const epoch = Math.floor(place / places.length)
      return places[this.epoch(epoch)[place % places.length] as number] as number
    })
  }

  private epoch(epoch: number): Uint32Array {
    let order = this.order.get(epoch)
    if (!order) {
      const { places, seed } = this.options
      order = permutation(places.length, seed, epoch)
      // A step touches neighbouring epochs at most; older ones are computed again when asked for.
      if (this.order.size > 2) this.order.clear()
      this.order.set(epoch, order)
    }
    return order
  }
}

/** Bytes as float32 in [0, 1]. */
export function toImages(pixels: Uint8Array): Float32Array {
  const images = new Float32Array(pixels.length)
  // Several times faster than `from` with a function.
  for (let i = 0; i < pixels.length; i++) images[i] = (pixels[i] as number) / 255
  return images
}

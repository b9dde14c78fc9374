import { permutation } from '../rng.ts'

/**
 * The images of each training step as a pure function of (seed, step): epochs are permutations of all images, one after
 * the other, and a step takes the next `batch` of them, so that every image is used equally often.
 */
export class BatchStream {
  private readonly orders = new Map<number, Uint32Array>()
  private readonly options: { batch: number; seed: number; indices: Uint32Array }

  /** @param options `indices`: the training images */
  constructor(options: { batch: number; seed: number; indices: Uint32Array }) {
    this.options = options
  }

  /** Indices of the images of step `step` (0 is the first). */
  indicesAt(step: number): Int32Array {
    const { batch, indices } = this.options
    return Int32Array.from({ length: batch }, (_, i) => {
      const position = step * batch + i
      const order = this.orderOf(Math.floor(position / indices.length))
      return indices[order[position % indices.length] as number] as number
    })
  }

  private orderOf(epoch: number): Uint32Array {
    let order = this.orders.get(epoch)
    if (!order) {
      const { indices, seed } = this.options
      order = permutation(indices.length, seed, epoch)
      // A step needs neighbouring epochs at most; older ones are computed again when needed.
      if (this.orders.size > 2) this.orders.clear()
      this.orders.set(epoch, order)
    }
    return order
  }
}

/** Bytes as float32 in [0, 1]. */
export function toImages(pixels: Uint8Array): Float32Array {
  const images = new Float32Array(pixels.length)
  // Several times faster than `Float32Array.from` with a function.
  for (let i = 0; i < pixels.length; i++) images[i] = (pixels[i] as number) / 255
  return images
}

import { permutation } from '../random.ts'
import type { Dataset } from '../../packed/dataset.ts'
import { augment } from './augment.ts'
import type { Augmentation } from './augment.ts'

/**
 * The pictures of each training step as a pure function of (seed, step): epochs are shuffled orders of all pictures laid
 * end to end, and a step takes the next `batch` of them, so every picture is seen equally often at any count.
 */
export class BatchStream {
  private readonly order = new Map<number, Uint32Array>()
  private readonly dataset: Dataset
  private readonly options: Augmentation & { batch: number; seed: number }
  private readonly places: Uint32Array

  /** @param places positions of the pictures to learn from */
  constructor(
    dataset: Dataset,
    options: Augmentation & { batch: number; seed: number; places: Uint32Array },
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
    augment(images, {
      settings: this.options,
      shape: this.dataset.index.shape,
      seed: this.options.seed,
      step,
    })
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
}

/** Bytes as float32 in [0, 1]. */
export function toImages(pixels: Uint8Array): Float32Array {
  const images = new Float32Array(pixels.length)
  // Several times faster than `from` with a function.
  for (let i = 0; i < pixels.length; i++) images[i] = (pixels[i] as number) / 255
  return images
}

import { heldCount } from '#shared/run-limits.ts'
import { uniformStream } from '../rng.ts'

/** Indices of the images to train on, and of those that are only evaluated. */
export interface Split {
  training: Uint32Array
  validation: Uint32Array
}

/** Splits off a share of `count` images for validation, the same for the same seed; at least one on each side. */
export function splitImages(options: { count: number; share: number; seed: number }): Split {
  const { count, share, seed } = options
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  if (share === 0 || count < 2) return { training: order, validation: new Uint32Array(0) }
  const uniform = uniformStream(seed, 0, 'split')
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  const validationCount = heldCount(count, share)
  return { training: order.slice(validationCount).sort(), validation: order.slice(0, validationCount).sort() }
}

import { heldCount } from '#shared/run-limits.ts'
import { uniformStream } from '../rng.ts'

/** Which images are learned from, and which are kept aside to see how well others are drawn. */
export interface Split {
  training: Uint32Array
  held: Uint32Array
}

/** Keeps a share of `count` images aside, the same ones for the same seed; at least one each way. */
export function splitImages(options: { count: number; share: number; seed: number }): Split {
  const { count, share, seed } = options
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  if (share === 0 || count < 2) return { training: order, held: new Uint32Array(0) }
  const uniform = uniformStream(seed, 0, 'split')
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    const kept = order[i] as number
    order[i] = order[j] as number
    order[j] = kept
  }
  const aside = heldCount(count, share)
  return { training: order.slice(aside).sort(), held: order.slice(0, aside).sort() }
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D } from '@tensorflow/tfjs-core'

/**
 * The times that a batch trains at, from uniform numbers `u` `[n]` in [0, 1).
 * `spread`: n evenly spaced times, shifted by the first number, so that every batch covers the path (Kingma et al. 2021,
 * I.1). `shift` s > 1 moves them towards the noise: t = s·u / (1 + (s − 1)·u) (Esser et al. 2024, section 5.3.2).
 */
export function pathTimes(
  u: Tensor1D,
  options: { times: 'independent' | 'spread'; shift: number },
): Tensor1D {
  const { times, shift } = options
  const n = u.shape[0]
  const even = times === 'spread' ? spreadEvenly(u, n) : u
  return shift === 1 ? even : even.mul(shift).div(even.mul(shift - 1).add<Tensor1D>(1))
}

function spreadEvenly(u: Tensor1D, n: number): Tensor1D {
  const first = u.slice<Tensor1D>([0], [1])
  const even = tf.tensor1d(Float32Array.from({ length: n }, (_, i) => i / n))
  const moved = even.add<Tensor1D>(first)
  return moved.sub(tf.floor(moved))
}

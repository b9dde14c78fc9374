import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'

/** Straight line between latents of one picture each, `[1, h, w, c]`, at shares in [0, 1] → `[shares, h, w, c]`. */
export function lerp(a: Tensor4D, b: Tensor4D, shares: number[]): Tensor4D {
  return tf.tidy(() => {
    const s = tf.tensor4d(shares, [shares.length, 1, 1, 1])
    return a.mul(tf.sub(1, s)).add(b.mul(s))
  })
}

/**
 * Along the great circle (Shoemake 1985), each picture's latent taken as one vector, so that what lies between stays as
 * long as the ends; nearly parallel latents fall back to the straight line.
 */
export function slerp(a: Tensor4D, b: Tensor4D, shares: number[]): Tensor4D {
  const angle = tf.tidy(() => {
    const cosine = tf.sum(a.mul(b)).div(tf.norm(a).mul(tf.norm(b)))
    return Math.acos(Math.min(1, Math.max(-1, cosine.dataSync()[0] ?? 1)))
  })
  const sine = Math.sin(angle)
  if (!(sine > 1e-4)) return lerp(a, b, shares)
  return tf.tidy(() => {
    const column = (values: number[]) => tf.tensor4d(values, [values.length, 1, 1, 1])
    const fromA = column(shares.map((s) => Math.sin((1 - s) * angle) / sine))
    const fromB = column(shares.map((s) => Math.sin(s * angle) / sine))
    return a.mul(fromA).add(b.mul(fromB))
  })
}

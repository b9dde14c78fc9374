import * as tf from '@tensorflow/tfjs-core'
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'

/**
 * Weights of a bilinear resize from `from` to `to` pixels as a matrix `[from, to]`: a triangle around each new pixel's
 * centre, as wide as an old pixel when enlarging and as a new one when reducing, so that small details do not alias.
 */
export function resizeWeights(from: number, to: number): Float32Array {
  const scale = from / to
  const reach = Math.max(1, scale)
  const weights = new Float32Array(from * to)
  for (let j = 0; j < to; j++) {
    const centre = (j + 0.5) * scale - 0.5
    const raw = Array.from({ length: from }, (_, i) => Math.max(0, 1 - Math.abs(i - centre) / reach))
    const sum = raw.reduce((total, each) => total + each, 0)
    // A pixel whose centre lies outside of the old centres repeats the border.
    raw.forEach((each, i) => (weights[i * to + j] = each / sum))
  }
  return weights
}

/** Images `[n, h, w, c]` stretched to `[n, side, side, c]`, as two matrix products. */
export function resizeToSquare(x: Tensor4D, side: number): Tensor4D {
  const [n, height, width, channels] = x.shape
  /** `[n, a, b]` → `[n, a, to]`. */
  const along = (y: Tensor3D, from: number): Tensor3D => {
    if (from === side) return y
    const [, rows] = y.shape
    const weights = tf.tensor2d(resizeWeights(from, side), [from, side])
    return tf.matMul(y.reshape([n * rows, from]), weights).reshape([n, rows, side])
  }
  const columns = along(tf.transpose(x, [0, 1, 3, 2]).reshape([n, height * channels, width]), width)
  const turned = tf.transpose(columns.reshape([n, height, channels, side]), [0, 3, 2, 1])
  const both = along(turned.reshape([n, side * channels, height]), height)
  return tf.transpose(both.reshape([n, side, channels, side]), [0, 3, 1, 2])
}

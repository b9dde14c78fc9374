import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { defineOp } from '../abstract-ops.ts'

/**
 * The operations of networks and objectives. Where tfjs's gradient would build constants of the full size or long chains
 * of small operations, the gradient is given in closed form.
 */

/** max(x, 0). */
export const relu = defineOp(<T extends Tensor>(x: T): T => tf.relu(x))

/** Adds `bias` `[c]` to the last axis of x. */
export const addBias = defineOp(<T extends Tensor>(x: T, bias: Tensor): T => x.add(bias))

/** Sum of squares over all elements, as a scalar; implementations need not have a gradient. */
export const sumOfSquares = defineOp((x: Tensor): Tensor => tf.sum(tf.square(x)))

/** Sum over all elements, as a scalar. */
export function sumAll(x: Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: tf.sum(input as Tensor),
    gradFunc: (dy: Tensor) => tf.broadcastTo(dy, (input as Tensor).shape),
  }))(x)
}

/** Mean of squares over all elements, as a scalar. */
export function meanSquare(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const value = tf.sum(tf.square(input as Tensor)).div(x.size)
    ;(save as (tensors: Tensor[]) => void)([input as Tensor])
    return { value, gradFunc: (dy: Tensor, [kept]: Tensor[]) => (kept as Tensor).mul(dy.mul(2 / x.size)) }
  })(x)
}

/** 2-D convolution with 'same' padding and bias: x `[n, h, w, cin]`, weight `[k, k, cin, cout]`, bias `[cout]`. */
export function conv2d(x: Tensor4D, weight: Tensor, bias: Tensor): Tensor4D {
  return addBias(tf.conv2d(x, weight as Tensor4D, 1, 'same'), bias)
}

/** x `[n, cin]` · weight `[cin, cout]`. */
export const matMul = (x: Tensor2D, weight: Tensor): Tensor2D => tf.matMul(x, weight)

/** x `[n, cin]` · weight `[cin, cout]` + bias `[cout]`. */
export function dense(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  return addBias(matMul(x, weight), bias)
}

/**
 * The rows of a table `[rows, c]` at indices `[n]` (float32) → `[n, c]`, as a product with one-hot rows: it can be compiled,
 * where tfjs's gather reads its indices.
 */
export function rowsAt(table: Tensor2D, indices: Tensor1D): Tensor2D {
  const [rows] = table.shape
  const all = tf.tensor2d(
    Float32Array.from({ length: rows }, (_, i) => i),
    [1, rows],
  )
  return matMul(tf.cast<Tensor2D>(tf.equal(indices.reshape([-1, 1]), all), 'float32'), table)
}

/** Halves height and width by the maximum of 2 × 2, dropping an odd last row or column. */
export function maxPool2(x: Tensor4D): Tensor4D {
  return tf.maxPool(x, 2, 2, 'valid')
}

/** Halves height and width by the mean of 2 × 2. Both must be even. */
export function meanPool2(x: Tensor4D): Tensor4D {
  return tf.avgPool(x, 2, 2, 'valid')
}

/** Space to depth: gathers `side` × `side` pixels into channels: `[n, h, w, c]` → `[n, h / side, w / side, side² · c]`. */
export function toPatches(x: Tensor4D, side: number): Tensor4D {
  if (side === 1) return x
  const [n, h, w, c] = x.shape
  const split = x.reshape([n, h / side, side, w / side, side, c])
  return tf.transpose(split, [0, 1, 3, 2, 4, 5]).reshape([n, h / side, w / side, side * side * c])
}

/** Depth to space, the inverse of `toPatches`: `[n, h, w, side² · c]` → `[n, h · side, w · side, c]`. */
export function fromPatches(x: Tensor4D, side: number): Tensor4D {
  if (side === 1) return x
  const [n, h, w, packed] = x.shape
  const c = packed / (side * side)
  const split = x.reshape([n, h, w, side, side, c])
  return tf.transpose(split, [0, 1, 3, 2, 4, 5]).reshape([n, h * side, w * side, c])
}

/** Reshapes `[n, c]` to `[n, 1, 1, c]`, which broadcasts over the pixels of `[n, h, w, c]`. */
export function broadcastOverPixels(x: Tensor2D): Tensor4D {
  return x.reshape([x.shape[0], 1, 1, x.shape[1]])
}

/**
 * Sinusoidal embedding of times in [0, 1] (Vaswani et al. 2017, times scaled by 1000 as in diffusion models):
 * t `[n]` → `[n, 2 · frequencies]`.
 */
export function timeEmbedding(t: Tensor1D, frequencies: number): Tensor2D {
  const rates = Float32Array.from({ length: frequencies }, (_, i) => 1000 * 10_000 ** (-i / frequencies))
  const phase = t.reshape([-1, 1]).mul(tf.tensor2d(rates, [1, frequencies]))
  return tf.concat([tf.sin(phase), tf.cos(phase)], 1) as Tensor2D
}

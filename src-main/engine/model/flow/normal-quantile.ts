import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Coefficients of the polynomials in w, highest power first (Giles 2012, table 5, single precision). */
const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
]
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
]

/** Keeps the logarithm finite at the ends, which float32's uniform numbers include. */
const minProbability = 2 ** -24

/**
 * The quantile function of N(0, 1) at probabilities in [0, 1], element by element, finite at the ends (about ±5.4):
 * √2·erfinv(2p − 1), with Giles's approximation of erfinv (“Approximating the erfinv function”, 2012), exact to
 * float32's rounding. Not differentiable.
 */
export function normalQuantile<T extends Tensor>(p: T): T {
  return tf.tidy(() => {
    const clipped = tf.clipByValue(p, minProbability, 1 - minProbability)
    const y = clipped.mul(2).sub(1)
    // 1 − y² = 4p(1 − p), without the cancellation near the ends.
    const w = tf.neg(tf.log(clipped.mul(4).mul(tf.sub(1, clipped))))
    const polynomial = (coefficients: number[], x: Tensor) =>
      coefficients.reduce<Tensor>((sum, c) => sum.mul(x).add(c), tf.zerosLike(x))
    const inner = polynomial(central, w.sub(2.5))
    const outer = polynomial(tail, tf.sqrt(tf.maximum(w, 0)).sub(3))
    return tf.where(tf.less(w, 5), inner, outer).mul(y).mul<T>(Math.SQRT2)
  })
}

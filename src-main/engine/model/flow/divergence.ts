import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'

/** A copy through which no gradient flows. */
export function detach<T extends Tensor>(x: T): T {
  return tf.customGrad((input) => ({
    value: tf.clone(input as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(x) as T
}

/** KL(q‖p) of diagonal Gaussians per element: q `[n, …]`, p broadcast over n. */
export function klElements<T extends Tensor>(q: Gaussian<T>, p: Gaussian<Tensor>): T {
  const distance = tf.exp(q.logvar).add(tf.square(q.mean.sub(p.mean)))
  return distance.div(tf.exp(p.logvar)).sub(1).sub(q.logvar).add(p.logvar).mul(0.5)
}

/**
 * The reference's KL: p is detached in the distance but not in the term +logvar_p, which therefore decreases the prior's
 * variance.
 */
export function referenceKlElements(q: Gaussian, p: Gaussian<Tensor>): Tensor4D {
  const distance = tf.exp(q.logvar).add(tf.square(q.mean.sub(detach(p.mean))))
  return distance
    .div(tf.exp(detach(p.logvar)))
    .sub(1)
    .sub(q.logvar)
    .add(p.logvar)
    .mul(0.5)
}

/** −log p(x) without its constant, per element: x `[n, h, w, c]`, p broadcast over n. */
export function nllElements(x: Tensor4D, p: Gaussian<Tensor>): Tensor4D {
  return tf.square(x.sub(p.mean)).div(tf.exp(p.logvar)).add(p.logvar).mul(0.5)
}

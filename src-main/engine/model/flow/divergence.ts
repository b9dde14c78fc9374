import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'

/** A copy that gradients do not pass through. */
export function detach<T extends Tensor>(x: T): T {
  return tf.customGrad((input) => ({
    value: tf.clone(input as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(x) as T
}

/** KL(q‖p) of diagonal Gaussians, element by element: q `[n, h, w, c]`, p broadcast over n. */
export function klElements(q: Gaussian, p: Gaussian<Tensor>): Tensor4D {
  const spread = tf.exp(q.logvar).add(tf.square(q.mean.sub(p.mean)))
  return spread.div(tf.exp(p.logvar)).sub(1).sub(q.logvar).add(p.logvar).mul(0.5)
}

/**
 * The KL of the reference: p is detached where it measures the distance, but not in the term +logvar_p, which therefore
 * pulls the prior's variance down.
 */
export function referenceKlElements(q: Gaussian, p: Gaussian<Tensor>): Tensor4D {
  const spread = tf.exp(q.logvar).add(tf.square(q.mean.sub(detach(p.mean))))
  return spread
    .div(tf.exp(detach(p.logvar)))
    .sub(1)
    .sub(q.logvar)
    .add(p.logvar)
    .mul(0.5)
}

/** −log p(x) without its constant, element by element: x `[n, h, w, c]`, p broadcast over n. */
export function nllElements(x: Tensor4D, p: Gaussian<Tensor>): Tensor4D {
  return tf.square(x.sub(p.mean)).div(tf.exp(p.logvar)).add(p.logvar).mul(0.5)
}

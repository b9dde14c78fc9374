import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'

/** A point on the path from data (t = 0) to latent (t = 1) and the velocity there; all `[n, h, w, c]`. */
export interface PathPoint {
  z: Tensor4D
  xT: Tensor4D
  vTarget: Tensor4D
}

/** Images, q(z|x), noise like x, times `[n]`, and the observation noise σ. */
export interface PathInput {
  x: Tensor4D
  posterior: Gaussian
  eps: Tensor4D
  t: Tensor1D
  sigma: number
}

const broadcastTime = (t: Tensor1D) => t.reshape<Tensor4D>([-1, 1, 1, 1])

/**
 * The reference's path: x_t = (1 − t)·x + t·z, v* = (z − x) + (σ/s)·(z − mean) with s = exp(logvar/2).
 * The target includes observation noise that the point does not.
 */
export function referencePath({ x, posterior, eps, t, sigma }: PathInput): PathPoint {
  const s = tf.exp(posterior.logvar.mul(0.5))
  const z = posterior.mean.add<Tensor4D>(s.mul(eps))
  const time = broadcastTime(t)
  const xT = time.mul(z).add<Tensor4D>(tf.sub(1, time).mul(x))
  const straight = z.sub<Tensor4D>(x)
  const vTarget = sigma === 0 ? straight : straight.add<Tensor4D>(tf.div(sigma, s).mul(z.sub(posterior.mean)))
  return { z, xT, vTarget }
}

/**
 * The Gaussian path whose marginals are consistent: x_t = (1 − t)·x + t·mean + std(t)·eps with
 * std(t) = (1 − t)·σ + t·s, and v* = d x_t / dt = (mean − x) + (s − σ)·eps (Lipman et al. 2023, theorem 3).
 */
export function consistentPath({ x, posterior, eps, t, sigma }: PathInput): PathPoint {
  const s = tf.exp(posterior.logvar.mul(0.5))
  const time = broadcastTime(t)
  const rest = tf.sub(1, time)
  const std = rest.mul(sigma).add(time.mul(s))
  return {
    z: posterior.mean.add(s.mul(eps)),
    xT: rest.mul(x).add(time.mul(posterior.mean)).add(std.mul(eps)),
    vTarget: posterior.mean.sub(x).add(s.sub(sigma).mul(eps)),
  }
}

import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** The results of one evaluation of the objective; shapes `[batch, height, width, channels]` or scalar. */
export interface Objective {
  loss: Tensor
  /** The loss's terms by name: velocity, kl, prior (those that the settings include). */
  terms: Record<string, Tensor>
  /** The velocity term of each image, `[batch]`; the term is their mean. */
  velocityErrors: Tensor1D
  posterior: Gaussian
  z: Tensor4D
  xT: Tensor4D
  vTarget: Tensor4D
  v: Tensor4D
}

/**
 * One of the flow-matching systems, as pure functions of its parameters. t = 0 is data, t = 1 is latent.
 */
export interface System {
  parameters: ParameterSpec[]
  /** The parameters of the posterior and the prior. */
  latentParameters: ParameterSpec[]
  /** The training loss at images `x` in [0, 1], noise `eps` shaped like x and times `t` [batch]. */
  objective: (parameters: Parameters, batch: { x: Tensor4D; eps: Tensor4D; t: Tensor1D }) => Objective
  /** v(xT, t): xT `[batch, height, width, channels]`, t `[batch]` → like xT. */
  velocity: (parameters: Parameters, xT: Tensor4D, t: Tensor1D) => Tensor4D
  /** q(z|x); null for a system without a posterior. */
  posterior: ((parameters: Parameters, x: Tensor4D) => Gaussian) | null
  /** p(z), broadcast over images: the learned one or N(0, 1). */
  prior: (parameters: Parameters) => Gaussian<Tensor>
  /**
   * Standard normal noise `[batch, height, width, channels]` → z ~ p(z), its standard deviation multiplied by
   * `temperature` (default 1).
   */
  latent: (parameters: Parameters, noise: Tensor4D, temperature?: Tensor) => Tensor4D
}

import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'

/** A trainable array by name: how it is shaped and how it starts. */
export interface ParameterSpec {
  name: string
  shape: number[]
  /** `uniform`: U(−bound, bound), `constant`: one value everywhere. */
  init: { kind: 'uniform'; bound: number } | { kind: 'constant'; value: number }
}

/** Parameters by name, in TensorFlow's layouts (conv weights HWIO, dense weights [in, out]). */
export type Parameters = Record<string, Tensor>

/** q(z|x) or p(z): a diagonal Gaussian, both shaped like x (p without the batch axis, broadcast). */
export interface Gaussian<T extends Tensor = Tensor4D> {
  mean: T
  logvar: T
}

/** Everything one evaluation of the objective yields; shapes `[batch, height, width, channels]` or scalar. */
export interface Objective {
  loss: Tensor
  /** Loss terms by the names the user sees: velocity, kl, prior (those that take part). */
  terms: Record<string, Tensor>
  /** Each image's part of the velocity term, whose mean it is: `[batch]`. */
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
  /** Those of them that the posterior and the prior are made of. */
  latentParameters: ParameterSpec[]
  /** The training loss at images `x` in [0, 1], noise `eps` shaped like x and times `t` [batch]. */
  objective: (parameters: Parameters, draw: { x: Tensor4D; eps: Tensor4D; t: Tensor1D }) => Objective
  /** v(xT, t): xT `[batch, height, width, channels]`, t `[batch]` → like xT. */
  velocity: (parameters: Parameters, xT: Tensor4D, t: Tensor1D) => Tensor4D
  /** q(z|x); null for a system without a posterior. */
  posterior: ((parameters: Parameters, x: Tensor4D) => Gaussian) | null
  /** p(z), broadcast over images: the learned one or N(0, 1). */
  prior: (parameters: Parameters) => Gaussian<Tensor>
  /** Standard normal noise `[batch, height, width, channels]` → z ~ p(z), its spread times `temperature` (default 1). */
  latent: (parameters: Parameters, noise: Tensor4D, temperature?: Tensor) => Tensor4D
}

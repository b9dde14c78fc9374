import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { KnownTimeGrid } from '#shared/schemas/sampling.ts'
import type { Gaussian } from '../gaussian.ts'
import type { UniformNoise, VelocityInputs } from '../nets/network.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** What the objective of a batch is computed from. */
export interface ObjectiveInputs {
  x: Tensor4D
  eps: Tensor4D
  t: Tensor1D
  codeEps?: Tensor2D | undefined
  /** The index of each image's label, or their number for none, `[batch]`; none of all without it. */
  label?: Tensor1D | undefined
  /** How the images were augmented, `[batch, augmentationSize]`; not at all without it. */
  augmentation?: Tensor2D | undefined
  /** The noise of dropout; none without it. */
  dropoutNoise?: UniformNoise | undefined
  /** Set where the batch is a part of one that several replicas compute together. */
  part?: BatchPart | undefined
}

/** A replica's part of a batch. The loss of the batch is the mean of the losses of its parts, weighted by their shares. */
export interface BatchPart {
  /** The share of the batch's images. */
  share: number
  /** A mean over the images of this part as the mean over the batch; the gradient is that of this part. */
  meanOfBatch: (meanOfPart: Tensor) => Tensor
}

export type Velocity = (parameters: Parameters, at: VelocityInputs) => Tensor4D

/** The results of one evaluation of the objective; shapes `[batch, height, width, channels]` or scalar. */
export interface Objective {
  loss: Tensor
  /** The loss's terms by name: velocity, kl, codeKl, prior (those that the settings include). */
  terms: Record<string, Tensor>
  /** The velocity term of each image, `[batch]`; the term is their mean. */
  velocityErrors: Tensor1D
  posterior: Gaussian
  /** q(c|x) `[batch, codeSize]`; null without a code. */
  codePosterior: Gaussian<Tensor2D> | null
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
  /** The parameters of the posterior, the prior and the encoder of codes. */
  latentParameters: ParameterSpec[]
  /** Length of the code c that the velocity is conditioned on; 0 without one. */
  codeSize: number
  /** Number of labels that the velocity is conditioned on; 0 without. */
  labelCount: number
  /** The times at which few steps give the best images. */
  timeGrid: KnownTimeGrid
  /**
   * The training loss at images `x` in [0, 1], noise `eps` shaped like x and times `t` [batch]; with a code also standard
   * normal noise `codeEps` `[batch, codeSize]`.
   */
  objective: (parameters: Parameters, batch: ObjectiveInputs) => Objective
  /** v(xT, t, c): xT `[batch, height, width, channels]`, t `[batch]`, c `[batch, codeSize]` (null without) → like xT. */
  velocity: Velocity
  /** q(c|x) `[batch, codeSize]`; null for a system without a code. */
  codePosterior: ((parameters: Parameters, x: Tensor4D) => Gaussian<Tensor2D>) | null
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

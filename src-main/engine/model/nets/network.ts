import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Gaussian } from '../gaussian.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** Numbers that tell a network how an image was augmented, all zero for an image that was not (`data/augment.ts`). */
export const augmentationSize = 8

/** Where a velocity is computed, and what it is conditioned on. */
export interface VelocityInputs {
  /** `[n, h, w, c]` */
  xT: Tensor4D
  /** `[n]` */
  t: Tensor1D
  /** `[n, codeSize]` where the network has a code. */
  code: Tensor2D | null
  /** `[n]` where the network has labels: the index of each, or their number for none; none of all without it. */
  label?: Tensor1D | undefined
  /** `[n, augmentationSize]`; without it the images are taken as they are. */
  augmentation?: Tensor2D | undefined
  /** The noise of dropout; none without it. */
  dropoutNoise?: UniformNoise | undefined
}

/** Uniform noise in [0, 1) of a shape; independent for each stream, and the same whenever a stream is asked for again. */
export type UniformNoise = (stream: number, shape: number[]) => Tensor

/** The velocity at xT, shaped like it. */
export interface VelocityNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, at: VelocityInputs) => Tensor4D
  /** Weight of an error at time t: `[n]` → `[n, 1, 1, 1]`; 1 without it. */
  weight?: (t: Tensor1D) => Tensor4D
}

/** q(c|x): x `[n, h, w, c]` → mean and logvar `[n, codeSize]`. */
export interface CodeNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, x: Tensor4D) => Gaussian<Tensor2D>
}

/** q(z|x): x `[n, h, w, c]` → mean and logvar, each like x. */
export interface PosteriorNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, x: Tensor4D) => Gaussian
}

/** Size of the images, base width of a network, and whether its blocks are checkpointed. */
export interface NetworkSize {
  height: number
  width: number
  channels: number
  hidden: number
  checkpointing?: boolean
  /** Side of the patches that the residual U-Net works on; 0 chooses it by the size. */
  patch?: number
  /** What the residual U-Net predicts. */
  prediction?: RunConfig['prediction']
  /** Width of the residual U-Net's embedding of time and code, in times the base width. */
  embeddingWidth?: number
  /** Share of activations that dropout sets to zero; 0 without. */
  dropout?: number
  /** Length of the code that the residual U-Net is conditioned on; 0 without one. */
  codeSize?: number
  /** Whether the code is also mapped to the coarsest level of the residual U-Net, position by position. */
  mapsCode?: boolean
  /** Number of labels that the residual U-Net is conditioned on; 0 without. */
  labelCount?: number
  /** Whether the residual U-Net can be told how an image was augmented. */
  augmentCondition?: boolean
}

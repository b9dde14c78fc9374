import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Gaussian } from '../gaussian.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** v(xT, t): xT `[n, h, w, c]`, t `[n]`, and a code `[n, codeSize]` where the network has one → like xT. */
export interface VelocityNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, at: { xT: Tensor4D; t: Tensor1D; code: Tensor2D | null }) => Tensor4D
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
  /** Length of the code that the residual U-Net is conditioned on; 0 without one. */
  codeSize?: number
}

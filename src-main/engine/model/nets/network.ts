import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian, ParameterSpec, Parameters } from '../flow/system.ts'

/** v(xT, t): xT `[n, h, w, c]`, t `[n]` → like xT. */
export interface VelocityNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, xT: Tensor4D, t: Tensor1D) => Tensor4D
  /** How much an error at time t `[n]` counts, `[n, 1, 1, 1]`; all the same without it. */
  weight?: (t: Tensor1D) => Tensor4D
}

/** q(z|x): x `[n, h, w, c]` → mean and logvar, each like x. */
export interface PosteriorNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, x: Tensor4D) => Gaussian
}

/** Size of the images and base width of a network, and whether its blocks are computed again for the gradient. */
export interface NetworkSize {
  height: number
  width: number
  channels: number
  hidden: number
  checkpointing?: boolean
}

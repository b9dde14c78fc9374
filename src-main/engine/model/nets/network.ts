import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** v(xT, t): xT `[n, h, w, c]`, t `[n]` → like xT. */
export interface VelocityNetwork {
  parameters: ParameterSpec[]
  apply: (parameters: Parameters, xT: Tensor4D, t: Tensor1D) => Tensor4D
  /** Weight of an error at time t: `[n]` → `[n, 1, 1, 1]`; 1 without it. */
  weight?: (t: Tensor1D) => Tensor4D
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
}

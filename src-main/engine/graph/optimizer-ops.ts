import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import { defineOp } from '../model/abstract-ops.ts'

/**
 * Updates of state that TensorFlow computes in place, in one pass over memory: in a trace each is one node that is
 * written as one of TensorFlow's training operations (`passes/in-place.ts`).
 */
export const adamNode = '@Adam'
export const averageNode = '@Average'

export interface AdamState<T = Tensor> {
  weight: T
  m: T
  v: T
}

export interface AdamScalars {
  beta1: number
  beta2: number
  /** lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  stepSize: Tensor
  /** ε · √(1 − β₂ᵗ): PyTorch's ε on this scale. */
  epsilon: Tensor
}

/**
 * One step of Adam (Kingma and Ba 2015, the last formula of section 2): m ← m + (1 − β₁)(g − m),
 * v ← v + (1 − β₂)(g² − v), w ← w − stepSize · m / (√v + ε). All three results must become state.
 */
export const applyAdam = defineOp((state: AdamState, gradient: Tensor, scalars: AdamScalars): AdamState => {
  const { weight, m, v } = state
  const { beta1, beta2, stepSize, epsilon } = scalars
  const nextM = m.add(gradient.sub(m).mul(1 - beta1))
  const nextV = v.add(
    gradient
      .square()
      .sub(v)
      .mul(1 - beta2),
  )
  const next = weight.sub(nextM.mul(stepSize).div(tf.sqrt(nextV).add(epsilon)))
  return { weight: next, m: nextM, v: nextV }
})

/** average ← average − share · (average − value): an exponential average. The result must become state. */
export const updateAverage = defineOp((average: Tensor, value: Tensor, share: Scalar): Tensor =>
  average.sub(average.sub(value).mul(share)),
)

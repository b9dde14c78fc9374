import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import { isTracing, nodeBackend } from '../backend/tfjs.ts'

/**
 * Updates of state that TensorFlow does in place, in one pass over memory. In a trace each is one node that becomes one
 * of its training operations; carried out operation by operation they are the same formulas in tfjs.
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
  /** ε · √(1 − β₂ᵗ): what PyTorch's ε is on this scale. */
  epsilon: Tensor
}

/**
 * One step of Adam (Kingma and Ba 2015, the last formula of section 2): m ← m + (1 − β₁)(g − m),
 * v ← v + (1 − β₂)(g² − v), w ← w − stepSize · m / (√v + ε). All three answers must become state.
 */
export function adam(state: AdamState, gradient: Tensor, scalars: AdamScalars): AdamState {
  const { weight, m, v } = state
  const { beta1, beta2, stepSize, epsilon } = scalars
  if (isTracing()) {
    const inputs = [weight, m, v, gradient, stepSize, epsilon, tf.scalar(beta1), tf.scalar(beta2)]
    const [w2, m2, v2] = nodeBackend().executeMultipleOutputs(adamNode, [], inputs, 3)
    return { weight: w2 as Tensor, m: m2 as Tensor, v: v2 as Tensor }
  }
  const nextM = m.add(gradient.sub(m).mul(1 - beta1))
  const nextV = v.add(
    gradient
      .square()
      .sub(v)
      .mul(1 - beta2),
  )
  const next = weight.sub(nextM.mul(stepSize).div(tf.sqrt(nextV).add(epsilon)))
  return { weight: next, m: nextM, v: nextV }
}

/** average ← average − share · (average − value): an exponential average. The answer must become state. */
export function averaged(average: Tensor, value: Tensor, share: Scalar): Tensor {
  const distance = average.sub(value)
  if (!isTracing()) return average.sub(distance.mul(share))
  return nodeBackend().executeMultipleOutputs(averageNode, [], [average, share, distance], 1)[0] as Tensor
}

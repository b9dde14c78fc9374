import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'

/** Mean and standard deviation of pixels in [0, 1] that inputs and outputs are scaled by. */
const pixelMean = 0.5
const pixelStd = 0.35
/** Lower bound of the t that divides the velocity, which is unbounded at t = 0. */
const minTime = 0.02
/** Below this t the weight of an error falls off, or errors near the data would dominate the loss. */
const fullWeightTime = 0.15

/** From a network of unit variance to the velocity of the straight path, both `[n, h, w, c]`; t `[n]`. */
interface Prediction {
  velocity: (xT: Tensor4D, t: Tensor1D, network: (input: Tensor4D) => Tensor4D) => Tensor4D
  /** Weight of an error of the velocity: `[n]` → `[n, 1, 1, 1]`; 1 without it. */
  weight?: (t: Tensor1D) => Tensor4D
}

const broadcastTime = (t: Tensor1D) => t.reshape<Tensor4D>([-1, 1, 1, 1])

/** x_t centred and scaled to unit variance: var(t) = (1 − t)²d² + t² with d = pixelStd. */
function normalizeInput(xT: Tensor4D, t: Tensor1D) {
  const time = broadcastTime(t)
  const rest = tf.sub<Tensor4D>(1, time)
  const variance = rest
    .mul(rest)
    .mul(pixelStd ** 2)
    .add<Tensor4D>(time.mul(time))
  const std = tf.sqrt(variance)
  const centred = xT.sub<Tensor4D>(rest.mul(pixelMean))
  return { time, rest, variance, std, centred, input: centred.div<Tensor4D>(std) }
}

/**
 * The network predicts the image x̂, and the velocity of the straight path is v = (x_t − x̂) / t (Li and He 2025, “Back
 * to Basics”: an image fits through few channels where noise does not).
 */
const image: Prediction = {
  velocity: (xT, t, network) => {
    const { time, input } = normalizeInput(xT, t)
    const predicted = network(input).mul(pixelStd).add<Tensor4D>(pixelMean)
    return xT.sub(predicted).div(tf.maximum(time, minTime))
  },
  weight: (t) => {
    const time = broadcastTime(t)
    return tf.maximum(time, minTime).div(tf.maximum(time, fullWeightTime))
  },
}

/**
 * The network predicts what the best linear prediction of the velocity leaves over, scaled to unit variance (the
 * preconditioning of Karras et al. 2022, appendix B.6, for the straight path): with x of variance d²,
 * v̂ = −mean + (t − (1 − t)d²) / var(t) · (x_t − (1 − t)·mean) + d / std(t) · F.
 */
const residual: Prediction = {
  velocity: (xT, t, network) => {
    const { time, rest, variance, std, centred, input } = normalizeInput(xT, t)
    const linear = time.sub(rest.mul(pixelStd ** 2)).div<Tensor4D>(variance)
    return network(input)
      .mul<Tensor4D>(tf.div(pixelStd, std))
      .add<Tensor4D>(centred.mul(linear))
      .sub(pixelMean)
  },
}

export const predictions: Record<RunConfig['prediction'], Prediction> = { image, residual }

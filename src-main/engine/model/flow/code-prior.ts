import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'

/**
 * The prior of codes: the aggregate posterior of some training images, p(c) = mean over k of q(c|x_k) (Tomczak and Welling
 * 2018, equation 8). Its means and log-variances are a table `[codeTableSize, codeSize]` that is measured when a run is
 * evaluated, not trained.
 */
export const codeTableSize = 2048

/** Names of the table's arrays among a model's weights. */
export const codeTableNames = { mean: 'codes.mean', logvar: 'codes.logvar' } as const

/** Length of the noise from which one code is sampled: its component, then its deviation. */
export const codeNoiseSize = (codeSize: number) => codeSize + 1

/** Shapes of the table's arrays by name; none without a code. */
export function codeTableShapes(codeSize: number): Record<string, number[]> {
  if (codeSize === 0) return {}
  const shape = [codeTableSize, codeSize]
  return { [codeTableNames.mean]: shape, [codeTableNames.logvar]: shape }
}

/**
 * Standard normal noise `[n, codeSize + 1]` → codes c ~ p(c) `[n, codeSize]`: the first number chooses the component by its
 * probability, the others deviate from its mean, times the scalar `temperature`.
 */
export function codesFromNoise(
  table: { mean: Tensor2D; logvar: Tensor2D },
  noise: Tensor2D,
  temperature?: Tensor,
): Tensor2D {
  return tf.tidy(() => {
    const [components, codeSize] = table.mean.shape
    const [first, deviation] = tf.split(noise, [1, codeSize], 1) as [Tensor2D, Tensor2D]
    const probability = tf.erf(first.div(Math.SQRT2)).add(1).div(2).reshape<Tensor1D>([-1])
    const component = tf.clipByValue(tf.floor(probability.mul(components)), 0, components - 1)
    // A product with one-hot rows: it can be compiled, where tfjs's gather reads its indices.
    const indices = tf.tensor2d(
      Float32Array.from({ length: components }, (_, i) => i),
      [1, components],
    )
    const chosen = tf.cast<Tensor2D>(tf.equal(component.reshape([-1, 1]), indices), 'float32')
    const std = tf.exp(tf.matMul(chosen, table.logvar).mul(0.5))
    return tf.matMul(chosen, table.mean).add(std.mul(deviation).mul(temperature ?? 1))
  })
}

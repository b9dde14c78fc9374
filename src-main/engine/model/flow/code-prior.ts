import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'

/**
 * The prior of codes: the aggregate posterior of some training images, p(c) = mean over k of q(c|x_k) (Tomczak and Welling
 * 2018, equation 8). Its means and log-variances are a table `[codeTableSize, codeSize]` that is measured when a run is
 * evaluated, not trained.
 */
export const codeTableSize = 2048

/**
 * Names of the table's arrays among a model's weights. `ranges`, of a run with labels: the first row of each label's images
 * and the number of its rows, `[labelCount, 2]`.
 */
export const codeTableNames = { mean: 'codes.mean', logvar: 'codes.logvar', ranges: 'codes.ranges' } as const

/** Length of the noise from which one code is sampled: its component, then its deviation. */
export const codeNoiseSize = (codeSize: number) => codeSize + 1

/** Shapes of the table's arrays by name; none without a code. */
export function codeTableShapes(codeSize: number, labelCount = 0): Record<string, number[]> {
  if (codeSize === 0) return {}
  const shape = [codeTableSize, codeSize]
  return {
    ...{ [codeTableNames.mean]: shape, [codeTableNames.logvar]: shape },
    ...(labelCount > 0 ? { [codeTableNames.ranges]: [labelCount, 2] } : {}),
  }
}

/**
 * Standard normal noise `[n, codeSize + 1]` → codes c ~ p(c) `[n, codeSize]`: the first number chooses the component by its
 * probability, the others deviate from its mean, times the scalar `temperature`.
 * `ranges` `[n, 2]`: the first of the components to choose from for each code, and their number; by default all.
 */
export function codesFromNoise(
  table: { mean: Tensor2D; logvar: Tensor2D },
  noise: Tensor2D,
  { temperature, ranges }: { temperature?: Tensor | undefined; ranges?: Tensor2D | undefined } = {},
): Tensor2D {
  return tf.tidy(() => {
    const [components, codeSize] = table.mean.shape
    const [first, deviation] = tf.split(noise, [1, codeSize], 1) as [Tensor2D, Tensor2D]
    const probability = tf.erf(first.div(Math.SQRT2)).add(1).div(2).reshape<Tensor1D>([-1])
    const component = ranges
      ? componentIn(ranges, probability)
      : tf.clipByValue(tf.floor(probability.mul(components)), 0, components - 1)
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

/** The component at each probability `[n]` of a range of components. */
function componentIn(ranges: Tensor2D, probability: Tensor1D): Tensor1D {
  const [first, count] = tf.split(ranges, 2, 1).map((part) => part.reshape([-1])) as [Tensor1D, Tensor1D]
  const within = tf.minimum(tf.floor(probability.mul(count)), count.sub(1))
  return first.add(tf.maximum(within, 0))
}

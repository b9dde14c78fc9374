import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Gaussian } from '../gaussian.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'

/** p(z) as a function of the parameters; mean and logvar `[h, w, c]`, or scalars for N(0, 1). */
export interface Prior {
  parameters: ParameterSpec[]
  gaussian: (parameters: Parameters) => Gaussian<Tensor>
}

/** N(0, 1) everywhere. */
export const standardPrior: Prior = {
  parameters: [],
  gaussian: () => ({ mean: tf.scalar(0), logvar: tf.scalar(0) }),
}

/** Mean and logvar trained for each pixel; `floor` keeps the variance at 1 or above, as the reference does. */
export function createLearnedPrior(shape: number[], { floor }: { floor: boolean }): Prior {
  const parameter = (name: string): ParameterSpec => ({ name, shape, init: { kind: 'constant', value: 0 } })
  return {
    parameters: [parameter('prior.mean'), parameter('prior.logvar')],
    gaussian: (parameters) => {
      const mean = parameters['prior.mean'] as Tensor
      const logvar = parameters['prior.logvar'] as Tensor
      return { mean, logvar: floor ? tf.relu(logvar) : logvar }
    },
  }
}

/** z = mean + exp(logvar/2)·noise. */
export function sampleFrom<T extends Tensor>(p: Gaussian<Tensor>, noise: T): T {
  return noise.mul(tf.exp(p.logvar.mul(0.5))).add(p.mean)
}

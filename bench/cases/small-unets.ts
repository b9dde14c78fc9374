import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { ImageShape } from '#shared/schemas/image.ts'
import { consistentPath } from '../../src-main/engine/model/flow/path.ts'
import { klElements } from '../../src-main/engine/model/flow/divergence.ts'
import type { System } from '../../src-main/engine/model/flow/system.ts'
import type { Parameters } from '../../src-main/engine/model/parameters.ts'
import { Layers } from '../../src-main/engine/model/nets/layers.ts'
import { meanSquare, sumAll } from '../../src-main/engine/model/nets/ops.ts'
import { resizeAndConcat } from '../../src-main/engine/model/nets/resize.ts'

/**
 * Two U-Nets of 150,000 parameters each, with the objective of a posterior: small enough that overhead outside the arithmetic
 * is visible. For timing only.
 */
export function smallUnets(shape: ImageShape, hidden: number): System {
  const { channels } = shape
  const layers = new Layers('small')
  const velocity = unet(layers, { name: 'velocity', cin: channels, cout: channels, hidden })
  const posterior = unet(layers, { name: 'posterior', cin: channels, cout: 2 * channels, hidden })
  const encode = (parameters: Parameters, x: Tensor4D, t: Tensor2D) => {
    const [mean, logvar] = tf.split(posterior(parameters, x, t), 2, 3) as [Tensor4D, Tensor4D]
    return { mean, logvar }
  }
  return {
    parameters: layers.parameters,
    latentParameters: layers.parameters.filter(({ name }) => name.startsWith('small.posterior')),
    objective: (parameters, { x, eps, t }) => {
      const q = encode(parameters, x, t.reshape([-1, 1]))
      const point = consistentPath({ x, posterior: q, eps, t, sigma: 0 })
      const v = velocity(parameters, point.xT, t.reshape([-1, 1]))
      const error = v.sub(point.vTarget)
      const mse = meanSquare(error)
      const p = { mean: tf.zerosLike(x), logvar: tf.zerosLike(x) }
      const kl = sumAll(klElements(q, p)).div(x.size)
      const velocityErrors = tf.mean<Tensor1D>(tf.square(error), [1, 2, 3])
      return {
        loss: mse.add(kl.mul(0.02)),
        terms: { velocity: mse, kl },
        velocityErrors,
        posterior: q,
        codePosterior: null,
        ...point,
        v,
      }
    },
    codeSize: 0,
    timeGrid: 'karras',
    labelCount: 0,
    codePosterior: null,
    velocity: (parameters, { xT, t }) => velocity(parameters, xT, t.reshape([-1, 1])),
    posterior: (parameters, x) => encode(parameters, x, tf.zeros([x.shape[0], 1])),
    prior: () => ({ mean: tf.scalar(0), logvar: tf.scalar(0) }),
    latent: (_, noise) => noise,
  }
}

const levels = 3

type Timed = (parameters: Parameters, x: Tensor4D, t: Tensor2D) => Tensor4D

function block(layers: Layers, name: string, size: { cin: number; cout: number }): Timed {
  const { cin, cout } = size
  const conv1 = layers.conv(`${name}.conv1`, { cin, cout })
  const norm1 = layers.norm(`${name}.norm1`, cout)
  const time = layers.dense(`${name}.time`, { cin: 1, cout })
  const conv2 = layers.conv(`${name}.conv2`, { cin: cout, cout })
  const norm2 = layers.norm(`${name}.norm2`, cout)
  return (parameters, x, t) => {
    const h = norm1(parameters, conv1(parameters, x), { offset: time(parameters, t), relu: true })
    return norm2(parameters, conv2(parameters, h), { relu: true })
  }
}

function unet(layers: Layers, options: { name: string; cin: number; cout: number; hidden: number }): Timed {
  const { name, cin, cout, hidden } = options
  const down = Array.from({ length: levels }, (_, i) =>
    block(layers, `${name}.down${i}`, { cin: i === 0 ? cin : hidden, cout: hidden }),
  )
  const middle = block(layers, `${name}.middle`, { cin: hidden, cout: hidden })
  const up = Array.from({ length: levels }, (_, i) =>
    block(layers, `${name}.up${i}`, { cin: 2 * hidden, cout: hidden }),
  )
  const last = layers.conv(`${name}.last`, { cin: hidden, cout, k: 1 })
  return (parameters, x, t) => {
    const skips: Tensor4D[] = []
    let h = x
    for (const apply of down) {
      h = apply(parameters, h, t)
      skips.push(h)
      h = tf.maxPool(h, 2, 2, 'same')
    }
    h = middle(parameters, h, t)
    for (const apply of up) {
      h = apply(parameters, resizeAndConcat(h, skips.pop() as Tensor4D, 'nearest'), t)
    }
    return last(parameters, h)
  }
}

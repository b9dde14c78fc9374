import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { Layers } from './layers.ts'
import { broadcastOverPixels } from './ops.ts'
import type { NetworkSize, PosteriorNetwork, VelocityNetwork } from './network.ts'

const depths = [1, 2, 3, 4] as const

/** The reference's plain network: four residual tanh convolutions at full size, each shifted by the time. */
export function createConvVelocity({ channels, hidden }: NetworkSize): VelocityNetwork {
  const layers = new Layers('velocity')
  const stack = depths.map((i) => ({
    conv: layers.conv(`conv${i}`, { cin: i === 1 ? channels : hidden, cout: hidden }),
    time: layers.dense(`temp${i}`, { cin: 1, cout: hidden }),
  }))
  const last = layers.conv('conv5', { cin: hidden, cout: channels })
  return {
    parameters: layers.parameters,
    apply: (parameters, { xT, t }) => {
      const t1 = t.reshape<tf.Tensor2D>([-1, 1])
      let h = xT
      stack.forEach(({ conv, time }, i) => {
        const y = tf.tanh<Tensor4D>(conv(parameters, h).add(broadcastOverPixels(time(parameters, t1))))
        h = i === 0 ? y : h.add(y)
      })
      return last(parameters, h)
    },
  }
}

/**
 * The reference's plain posterior. As in the reference its last convolution has two outputs for any number of channels:
 * mean and logvar are `[n, h, w, 1]` and broadcast over the channels.
 */
export function createConvPosterior({ channels, hidden }: NetworkSize): PosteriorNetwork {
  const layers = new Layers('posterior')
  const stack = depths.map((i) => layers.conv(`conv${i}`, { cin: i === 1 ? channels : hidden, cout: hidden }))
  const last = layers.conv('conv_final', { cin: hidden, cout: 2 })
  return {
    parameters: layers.parameters,
    apply: (parameters, x) => {
      let h = x
      stack.forEach((conv, i) => {
        const y = tf.tanh(conv(parameters, h))
        h = i === 0 ? y : h.add(y)
      })
      const [mean, logvar] = tf.split(last(parameters, h), 2, 3) as [Tensor4D, Tensor4D]
      return { mean: tileChannels(mean, channels), logvar: tileChannels(logvar, channels) }
    },
  }
}

function tileChannels(x: Tensor4D, channels: number): Tensor4D {
  return channels === 1 ? x : tf.tile(x, [1, 1, 1, channels])
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Block, Layers } from './layers.ts'
import { resizeAndConcat } from './resize.ts'

/** Groups of a normalisation. */
export const groupsOf = (channels: number) => (channels % 8 === 0 ? 8 : channels % 4 === 0 ? 4 : 1)

interface BlockOptions {
  name: string
  cin: number
  cout: number
  /** Width of the time embedding; absent in an encoder. */
  time?: number
  /** The share that dropout sets to zero, and the stream of its noise, another for each block. */
  dropout?: { share: number; stream: number }
}

/** The coarser level's output, resized to the skip connection and concatenated with it; a single input as it is. */
function join([h, skip]: Tensor4D[]): Tensor4D {
  if (!h || !skip) return h as Tensor4D
  return resizeAndConcat(h, skip, 'nearest')
}

/**
 * Inverted dropout (Srivastava et al. 2014): sets each value to zero with probability `share`, by `noise` uniform in [0, 1)
 * shaped like x, and divides the others by 1 − share, so that the mean stays.
 */
export function dropped(x: Tensor4D, share: number, noise: Tensor): Tensor4D {
  const kept = 1 - share
  return x.mul(tf.floor(noise.add(kept)).div(kept))
}

/** x + conv(dropout(relu(film(norm(conv(relu(norm(x)))))))), with a 1 × 1 convolution of x where the widths differ. */
export const residualBlock = (layers: Layers, options: BlockOptions): Block =>
  layers.block(() => buildBlock(layers, options))

function buildBlock(layers: Layers, options: BlockOptions): Block {
  const { name, cin, cout, time, dropout } = options
  const norm1 = layers.norm(`${name}.norm1`, cin, groupsOf(cin))
  const conv1 = layers.conv(`${name}.conv1`, { cin, cout, isHidden: true })
  const norm2 = layers.norm(`${name}.norm2`, cout, groupsOf(cout))
  const conv2 = layers.conv(`${name}.conv2`, { cin: cout, cout, zero: true, isHidden: true })
  const film = time
    ? layers.dense(`${name}.film`, { cin: time, cout: 2 * cout, zero: true, isHidden: true })
    : null
  const skipProjection =
    cin === cout ? null : layers.conv(`${name}.short`, { cin, cout, k: 1, isHidden: true })
  return (parameters, inputs, { time: t, dropoutNoise } = {}) => {
    const x = join(inputs)
    const first = conv1(parameters, norm1(parameters, x, { relu: true }))
    const [scale, shift] = film && t ? (tf.split(film(parameters, t), 2, 1) as [Tensor2D, Tensor2D]) : []
    let h = norm2(parameters, first, { relu: true, ...(scale && shift ? { film: { scale, shift } } : {}) })
    if (dropout && dropoutNoise) h = dropped(h, dropout.share, dropoutNoise(dropout.stream, h.shape))
    return conv2(parameters, h).add(skipProjection ? skipProjection(parameters, x) : x)
  }
}

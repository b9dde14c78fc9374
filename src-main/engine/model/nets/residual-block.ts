import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
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
}

/** The coarser level's output, resized to the skip connection and concatenated with it; a single input as it is. */
function join([h, skip]: Tensor4D[]): Tensor4D {
  if (!h || !skip) return h as Tensor4D
  return resizeAndConcat(h, skip, 'nearest')
}

/** x + conv(relu(film(norm(conv(relu(norm(x))))))), with a 1 × 1 convolution of x where the widths differ. */
export const residualBlock = (layers: Layers, options: BlockOptions): Block =>
  layers.block(() => buildBlock(layers, options))

function buildBlock(layers: Layers, options: BlockOptions): Block {
  const { name, cin, cout, time } = options
  const norm1 = layers.norm(`${name}.norm1`, cin, groupsOf(cin))
  const conv1 = layers.conv(`${name}.conv1`, { cin, cout })
  const norm2 = layers.norm(`${name}.norm2`, cout, groupsOf(cout))
  const conv2 = layers.conv(`${name}.conv2`, { cin: cout, cout, zero: true })
  const film = time ? layers.dense(`${name}.film`, { cin: time, cout: 2 * cout, zero: true }) : null
  const skipProjection = cin === cout ? null : layers.conv(`${name}.short`, { cin, cout, k: 1 })
  return (parameters, inputs, t) => {
    const x = join(inputs)
    const first = conv1(parameters, norm1(parameters, x, { relu: true }))
    const [scale, shift] = film && t ? (tf.split(film(parameters, t), 2, 1) as [Tensor2D, Tensor2D]) : []
    const h = norm2(parameters, first, { relu: true, ...(scale && shift ? { film: { scale, shift } } : {}) })
    return conv2(parameters, h).add(skipProjection ? skipProjection(parameters, x) : x)
  }
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Parameters } from '../parameters.ts'
import { Layers } from './layers.ts'
import type { Block } from './layers.ts'
import { fromPatches, meanPool2, relu, timeEmbedding, toPatches } from './ops.ts'
import { resizeAndConcat } from './resize.ts'
import type { NetworkSize, PosteriorNetwork, VelocityNetwork } from './network.ts'

/**
 * A U-Net of pre-activation residual blocks: a sinusoidal time embedding scales and shifts every block (FiLM), mean
 * pooling halves and nearest-neighbour resizing doubles the size. It works on patches of pixels: otherwise most of the
 * arithmetic would be spent on the finest level. The last convolution starts at zero, so that first samples are grey.
 */

const frequencies = 16
const groupsOf = (channels: number) => (channels % 8 === 0 ? 8 : channels % 4 === 0 ? 4 : 1)

const patchSides = [4, 2] as const

/** Side of the patches of `toPatches`: the largest that leaves at least 8 positions a side, else 1. */
export function choosePatchSide(height: number, width: number): number {
  const fits = (side: number) =>
    height % side === 0 && width % side === 0 && Math.min(height, width) >= 8 * side
  return patchSides.find(fits) ?? 1
}

/** Levels below the finest one, at most 3: a level needs even sides and leaves at least 4 pixels a side. */
export function countResunetLevels(height: number, width: number): number {
  let levels = 0
  let [h, w] = [height, width]
  while (levels < 3 && h % 2 === 0 && w % 2 === 0 && Math.min(h, w) >= 8) {
    h /= 2
    w /= 2
    levels++
  }
  return levels
}

interface BlockOptions {
  name: string
  cin: number
  cout: number
  /** Width of the time embedding; absent in the posterior. */
  time?: number
}

/** The coarser level's output, resized to the skip connection and concatenated with it; a single input as it is. */
function join([h, skip]: Tensor4D[]): Tensor4D {
  if (!h || !skip) return h as Tensor4D
  return resizeAndConcat(h, skip, 'nearest')
}

/** x + conv(relu(film(norm(conv(relu(norm(x))))))), with a 1 × 1 convolution of x where the widths differ. */
const block = (layers: Layers, options: BlockOptions): Block =>
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

/** The U-Net that both networks share: `[n, h, w, cin]` → `[n, h, w, cout]`. */
function buildUnet(
  layers: Layers,
  size: { height: number; width: number; hidden: number; cin: number; cout: number; time?: number },
) {
  const { hidden, cin, cout } = size
  const patch = choosePatchSide(size.height, size.width)
  const [height, width] = [size.height / patch, size.width / patch]
  const timeOption = size.time === undefined ? {} : { time: size.time }
  const levels = countResunetLevels(height, width)
  const widths = Array.from({ length: levels + 1 }, (_, i) => hidden * Math.min(2 ** i, 4))
  const at = (i: number) => widths[i] as number

  const first = layers.conv('first', { cin: cin * patch ** 2, cout: hidden })
  const down = widths.map((c, i) =>
    block(layers, { name: `down${i}`, cin: at(Math.max(0, i - 1)), cout: c, ...timeOption }),
  )
  const middle = block(layers, { name: 'middle', cin: at(levels), cout: at(levels), ...timeOption })
  const up = widths.map((c, i) =>
    block(layers, { name: `up${i}`, cin: c + at(Math.min(levels, i + 1)), cout: c, ...timeOption }),
  )
  const lastNorm = layers.norm('lastNorm', hidden, groupsOf(hidden))
  const last = layers.conv('last', { cin: hidden, cout: cout * patch ** 2, zero: true })

  return (parameters: Parameters, x: Tensor4D, t: Tensor2D | null) => {
    const skips: Tensor4D[] = []
    let h = first(parameters, toPatches(x, patch))
    down.forEach((apply, i) => {
      h = apply(parameters, [i === 0 ? h : meanPool2(h)], t)
      skips.push(h)
    })
    h = middle(parameters, [h], t)
    for (let i = levels; i >= 0; i--) h = (up[i] as Block)(parameters, [h, skips[i] as Tensor4D], t)
    return fromPatches(last(parameters, lastNorm(parameters, h, { relu: true })), patch)
  }
}

/** Mean and standard deviation of pixels in [0, 1] that inputs and outputs are scaled by. */
const pixelMean = 0.5
const pixelStd = 0.35
/** Lower bound of the t that divides the velocity, which is unbounded at t = 0. */
const minTime = 0.02
/** Below this t the weight of an error falls off, or errors near the data would dominate the loss. */
const fullWeightTime = 0.15

/**
 * x-prediction: the network predicts the image x̂, and the velocity of the straight path is v = (x_t − x̂) / t (Li and He
 * 2025, “Back to Basics”: an image fits through few channels where noise does not). Inputs are scaled to unit variance:
 * with x_t centred, var(t) = (1 − t)²d² + t².
 */
function xPrediction(xT: Tensor4D, t: Tensor1D, predict: (input: Tensor4D) => Tensor4D): Tensor4D {
  const time = t.reshape<Tensor4D>([-1, 1, 1, 1])
  const rest = tf.sub<Tensor4D>(1, time)
  const std = tf.sqrt(
    rest
      .mul(rest)
      .mul(pixelStd ** 2)
      .add<Tensor4D>(time.mul(time)),
  )
  const image = predict(xT.sub(rest.mul(pixelMean)).div<Tensor4D>(std))
    .mul(pixelStd)
    .add<Tensor4D>(pixelMean)
  return xT.sub(image).div(tf.maximum(time, minTime))
}

/** Velocity network: predicts the image and derives the velocity from it. */
export function createResunetVelocity(size: NetworkSize): VelocityNetwork {
  const { channels, hidden } = size
  const layers = new Layers('velocity', size)
  const width = 2 * hidden
  const time1 = layers.dense('time1', { cin: 2 * frequencies, cout: width })
  const time2 = layers.dense('time2', { cin: width, cout: width })
  const apply = buildUnet(layers, { ...size, cin: channels, cout: channels, time: width })
  return {
    parameters: layers.parameters,
    apply: (parameters, xT, t) => {
      const embedded = relu(time1(parameters, timeEmbedding(t, frequencies)))
      return xPrediction(xT, t, (input) => apply(parameters, input, relu(time2(parameters, embedded))))
    },
    weight: (t) => {
      const time = t.reshape<Tensor4D>([-1, 1, 1, 1])
      return tf.maximum(time, minTime).div(tf.maximum(time, fullWeightTime))
    },
  }
}

/** Posterior: half as wide as the velocity network, since encoding is easier than generating. */
export function createResunetPosterior(size: NetworkSize): PosteriorNetwork {
  const { channels, hidden } = size
  const layers = new Layers('posterior', size)
  const apply = buildUnet(layers, {
    ...size,
    hidden: Math.max(4, hidden >> 1),
    cin: channels,
    cout: 2 * channels,
  })
  return {
    parameters: layers.parameters,
    apply: (parameters, x) => {
      const [mean, logvar] = tf.split(apply(parameters, x, null), 2, 3) as [Tensor4D, Tensor4D]
      return { mean, logvar }
    },
  }
}

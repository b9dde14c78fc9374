import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { addBias } from '../model/nets/ops.ts'
import { getParameter } from '../model/parameters.ts'
import type { Parameters } from '../model/parameters.ts'

/** Numbers of an image's feature vector. */
export const featureSize = 1280

/** Side of the images that the network is given, in pixels: four positions a side are left at its end. */
export const featureSide = 112

/** Groups of blocks: side of the depthwise filter, stride of the first block, expansion, output channels, blocks. */
const groups = [
  { kernel: 3, stride: 1, expand: 1, channels: 16, repeats: 1 },
  { kernel: 3, stride: 2, expand: 6, channels: 24, repeats: 2 },
  { kernel: 5, stride: 2, expand: 6, channels: 40, repeats: 2 },
  { kernel: 3, stride: 2, expand: 6, channels: 80, repeats: 3 },
  { kernel: 5, stride: 1, expand: 6, channels: 112, repeats: 3 },
  { kernel: 5, stride: 2, expand: 6, channels: 192, repeats: 4 },
  { kernel: 3, stride: 1, expand: 6, channels: 320, repeats: 1 },
]

interface Block {
  name: string
  kernel: number
  stride: number
  cin: number
  expanded: number
  cout: number
}

const stemChannels = 32

function listBlocks(): Block[] {
  const blocks: Block[] = []
  let cin = stemChannels
  for (const { kernel, stride, expand, channels, repeats } of groups) {
    for (let i = 0; i < repeats; i++) {
      blocks.push({
        ...{ name: `blocks.${blocks.length}`, kernel, stride: i === 0 ? stride : 1 },
        ...{ cin, expanded: cin * expand, cout: channels },
      })
      cin = channels
    }
  }
  return blocks
}

const blocks = listBlocks()

/** The shapes of the network's parameters: convolution weights HWIO, depthwise ones `[k, k, channels, 1]`. */
export function featureParameters(): Record<string, number[]> {
  const shapes: Record<string, number[]> = {}
  const add = (name: string, shape: number[], channels: number) => {
    shapes[`${name}.weight`] = shape
    shapes[`${name}.bias`] = [channels]
  }
  add('stem', [3, 3, 3, stemChannels], stemChannels)
  for (const { name, kernel, cin, expanded, cout } of blocks) {
    if (expanded !== cin) add(`${name}.expand`, [1, 1, cin, expanded], expanded)
    add(`${name}.depthwise`, [kernel, kernel, expanded, 1], expanded)
    add(`${name}.project`, [1, 1, expanded, cout], cout)
  }
  add('head', [1, 1, blocks.at(-1)?.cout ?? 0, featureSize], featureSize)
  return shapes
}

/**
 * EfficientNet-Lite0 (Tan & Le 2019; the Lite variant has ReLU6 and no squeeze-and-excitation) up to its pooled features,
 * with batch normalisations folded into the convolutions: x `[n, side, side, 3]` in [0, 1] → `[n, 1280]`.
 */
export function featureNetwork(parameters: Parameters, x: Tensor4D): Tensor2D {
  const biased = (name: string, y: Tensor4D) => addBias(y, getParameter(parameters, `${name}.bias`))
  const weight = (name: string) => getParameter(parameters, `${name}.weight`) as Tensor4D
  const conv = (name: string, y: Tensor4D, stride = 1) =>
    biased(name, tf.conv2d(y, weight(name), stride, 'same'))
  // The mean 127 and deviation 128 that the network was trained with, on bytes.
  let y = tf.relu6(conv('stem', x.mul<Tensor4D>(255 / 128).sub(127 / 128), 2))
  for (const { name, stride, cin, expanded, cout } of blocks) {
    const wide = expanded === cin ? y : tf.relu6(conv(`${name}.expand`, y))
    const filtered = tf.depthwiseConv2d(wide, weight(`${name}.depthwise`), stride, 'same')
    const projected = conv(`${name}.project`, tf.relu6(biased(`${name}.depthwise`, filtered)))
    y = stride === 1 && cin === cout ? y.add(projected) : projected
  }
  return tf.mean(tf.relu6(conv('head', y)), [1, 2])
}

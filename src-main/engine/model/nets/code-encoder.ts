import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Block } from './layers.ts'
import { Layers } from './layers.ts'
import type { CodeNetwork, NetworkSize } from './network.ts'
import { meanPool2, toPatches } from './ops.ts'
import { groupsOf, residualBlock } from './residual-block.ts'

/** Most positions a side that the blocks work on, and that are connected to the code. */
const maxSide = 16
const maxCodeSide = 8
const patchSides = [1, 2, 4, 8, 16] as const

/** Side of the patches: the smallest that leaves at most 16 positions a side, else the largest that divides both sides. */
function patchSide(height: number, width: number): number {
  const dividing = patchSides.filter((side) => height % side === 0 && width % side === 0)
  return dividing.find((side) => Math.max(height, width) <= maxSide * side) ?? dividing.at(-1) ?? 1
}

/** Fewest channels of the encoder. */
const minWidth = 16

/** Limits of the log-variance, outside of which KL and samples overflow. */
const logvarRange = [-8, 2] as const

/**
 * q(c|x): a few residual blocks on patches of the image, then every position is connected to mean and logvar. Small, since
 * it encodes what is seen at a glance; details are left to the latent.
 */
export function createCodeNetwork(
  size: NetworkSize & { codeSize: number; encoderWidth?: RunConfig['codeEncoderWidth'] },
): CodeNetwork {
  const { channels, codeSize, encoderWidth = 'half' } = size
  const hidden = Math.max(minWidth, encoderWidth === 'half' ? size.hidden >> 1 : size.hidden)
  const layers = new Layers('code', size)
  const patch = patchSide(size.height, size.width)
  let [height, width, cout] = [size.height / patch, size.width / patch, hidden]
  const first = layers.conv('first', { cin: channels * patch ** 2, cout })
  const blocks: { apply: Block; halved: boolean }[] = [
    { apply: residualBlock(layers, { name: 'block0', cin: cout, cout }), halved: false },
  ]
  while (Math.max(height, width) > maxCodeSide && height % 2 === 0 && width % 2 === 0) {
    const cin = cout
    cout = 2 * hidden
    const name = `block${blocks.length}`
    blocks.push({ apply: residualBlock(layers, { name, cin, cout }), halved: true })
    height /= 2
    width /= 2
  }
  const lastNorm = layers.norm('lastNorm', cout, groupsOf(cout))
  const positions = height * width * cout
  const last = layers.dense('last', { cin: positions, cout: 2 * codeSize })
  return {
    parameters: layers.parameters,
    apply: (parameters, x) => {
      let h = first(parameters, toPatches(x, patch))
      for (const { apply, halved } of blocks) h = apply(parameters, [halved ? meanPool2(h) : h])
      const flat = lastNorm(parameters, h, { relu: true }).reshape<Tensor2D>([-1, positions])
      const [mean, logvar] = tf.split(last(parameters, flat), 2, 1) as [Tensor2D, Tensor2D]
      return { mean, logvar: tf.clipByValue(logvar, ...logvarRange) }
    },
  }
}

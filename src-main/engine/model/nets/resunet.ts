import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Parameters } from '../parameters.ts'
import { Layers } from './layers.ts'
import type { Block, BlockContext } from './layers.ts'
import { fromPatches, meanPool2, relu, timeEmbedding, toPatches } from './ops.ts'
import { predictions } from './prediction.ts'
import { groupsOf, residualBlock } from './residual-block.ts'
import { augmentationSize } from './network.ts'
import type { NetworkSize, PosteriorNetwork, VelocityNetwork } from './network.ts'

/**
 * A U-Net of pre-activation residual blocks: a sinusoidal time embedding scales and shifts every block (FiLM), mean
 * pooling halves and nearest-neighbour resizing doubles the size. It works on patches of pixels: otherwise most of the
 * arithmetic would be spent on the finest level. The last convolution starts at zero, so that first samples are grey.
 */

const frequencies = 16

const patchSides = [4, 2] as const

/** Side of the patches of `toPatches`: the largest that leaves at least 8 positions a side, else 1. */
export function choosePatchSide(height: number, width: number): number {
  const fits = (side: number) =>
    height % side === 0 && width % side === 0 && Math.min(height, width) >= 8 * side
  return patchSides.find(fits) ?? 1
}

/** @throws FlowerbedError `bad-input` for a patch size that does not divide the image */
function patchSideOf({ height, width, patch = 0 }: NetworkSize): number {
  if (patch === 0) return choosePatchSide(height, width)
  if (height % patch === 0 && width % patch === 0) return patch
  throw new FlowerbedError('bad-input', errorText('network.patchDoesNotDivide', { width, height, patch }), {
    where: 'patch',
  })
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

/** Most positions of the coarsest level that a code is mapped to, each by weights of its own. */
const maxMappedPositions = 256

/** A linear map from a code to the coarsest level; null without a code, or where that level is large. */
function codeMap(layers: Layers, options: { codeSize: number; height: number; width: number; cout: number }) {
  const { codeSize, height, width, cout } = options
  if (codeSize === 0 || height * width > maxMappedPositions) return null
  const map = layers.dense('codeMap', { cin: codeSize, cout: height * width * cout, isHidden: true })
  return (parameters: Parameters, code: Tensor2D) =>
    map(parameters, code).reshape<Tensor4D>([-1, height, width, cout])
}

/** What a U-Net is given beside its input. */
interface UnetContext extends BlockContext {
  code?: Tensor2D | null
}

/** The U-Net that both networks share: `[n, h, w, cin]` → `[n, h, w, cout]`; `mappedCode` is the length of a code to map. */
function buildUnet(
  layers: Layers,
  size: NetworkSize & { cin: number; cout: number; time?: number; mappedCode?: number },
) {
  const { hidden, cin, cout } = size
  const patch = patchSideOf(size)
  const [height, width] = [size.height / patch, size.width / patch]
  let blocks = 0
  const block = (name: string, widths: { cin: number; cout: number }) =>
    residualBlock(layers, {
      ...{ name, ...widths },
      ...(size.time === undefined ? {} : { time: size.time }),
      ...(size.dropout ? { dropout: { share: size.dropout, stream: blocks++ } } : {}),
    })
  const levels = countResunetLevels(height, width)
  const widths = Array.from({ length: levels + 1 }, (_, i) => hidden * Math.min(2 ** i, 4))
  const at = (i: number) => widths[i] as number

  const first = layers.conv('first', { cin: cin * patch ** 2, cout: hidden })
  const down = widths.map((c, i) => block(`down${i}`, { cin: at(Math.max(0, i - 1)), cout: c }))
  const addedCode = codeMap(layers, {
    ...{ codeSize: size.mappedCode ?? 0, cout: at(levels) },
    ...{ height: height / 2 ** levels, width: width / 2 ** levels },
  })
  const middle = block('middle', { cin: at(levels), cout: at(levels) })
  const up = widths.map((c, i) => block(`up${i}`, { cin: c + at(Math.min(levels, i + 1)), cout: c }))
  const lastNorm = layers.norm('lastNorm', hidden, groupsOf(hidden))
  const last = layers.conv('last', { cin: hidden, cout: cout * patch ** 2, zero: true })

  return (parameters: Parameters, x: Tensor4D, { code, ...context }: UnetContext = {}) => {
    const skips: Tensor4D[] = []
    let h = first(parameters, toPatches(x, patch))
    down.forEach((apply, i) => {
      h = apply(parameters, [i === 0 ? h : meanPool2(h)], context)
      skips.push(h)
    })
    if (addedCode && code) h = h.add(addedCode(parameters, code))
    h = middle(parameters, [h], context)
    for (let i = levels; i >= 0; i--) h = (up[i] as Block)(parameters, [h, skips[i] as Tensor4D], context)
    return fromPatches(last(parameters, lastNorm(parameters, h, { relu: true })), patch)
  }
}

/**
 * Velocity network, by the prediction that is asked for. To the time embedding are added a code, an embedding of
 * the label, and how the images were augmented (Karras et al. 2022, appendix F.2: augmentations do not leak into samples,
 * which are generated without).
 */
export function createResunetVelocity(size: NetworkSize): VelocityNetwork {
  const {
    channels,
    hidden,
    embeddingWidth = 2,
    codeSize = 0,
    mapsCode = false,
    labelCount = 0,
    augmentCondition = false,
  } = size
  const layers = new Layers('velocity', size)
  const width = embeddingWidth * hidden
  const time1 = layers.dense('time1', { cin: 2 * frequencies, cout: width })
  const time2 = layers.dense('time2', { cin: width, cout: width })
  const codeProjection = codeSize > 0 ? layers.dense('code', { cin: codeSize, cout: width }) : null
  const labelTable = labelCount > 0 ? layers.table('label', { rows: labelCount + 1, cout: width }) : null
  const augmentationMap = augmentCondition
    ? layers.linear('augmentation', { cin: augmentationSize, cout: width })
    : null
  const apply = buildUnet(layers, {
    ...size,
    cin: channels,
    cout: channels,
    time: width,
    mappedCode: mapsCode ? codeSize : 0,
  })
  const { velocity, weight } = predictions[size.prediction ?? 'image']
  return {
    parameters: layers.parameters,
    apply: (parameters, { xT, t, code, label, augmentation, dropoutNoise }) => {
      let condition = time2(parameters, relu(time1(parameters, timeEmbedding(t, frequencies))))
      if (codeProjection && code) condition = condition.add(codeProjection(parameters, code))
      if (labelTable) condition = condition.add(labelTable(parameters, label))
      if (augmentationMap && augmentation)
        condition = condition.add(augmentationMap(parameters, augmentation))
      return velocity(xT, t, (input) =>
        apply(parameters, input, { time: relu(condition), dropoutNoise, code }),
      )
    },
    ...(weight ? { weight } : {}),
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
      const [mean, logvar] = tf.split(apply(parameters, x), 2, 3) as [Tensor4D, Tensor4D]
      return { mean, logvar }
    },
  }
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { getParameter } from '../parameters.ts'
import type { Parameters } from '../parameters.ts'
import { Layers } from './layers.ts'
import type { Block } from './layers.ts'
import { maxPool2, broadcastOverPixels, relu } from './ops.ts'
import { resize, resizeAndConcat } from './resize.ts'
import type { NetworkSize, PosteriorNetwork, VelocityNetwork } from './network.ts'

/**
 * The U-Net of the reference, its deviations from a common U-Net included (ARCHITECTURE.md, “The model”). Levels 1 – 3
 * are `hidden` wide, deeper ones twice that.
 */

/** Levels of the reference's U-Net: ⌊log2⌋ of the shorter side, between 3 and 6. */
export function countUnetLevels({ height, width }: Pick<NetworkSize, 'height' | 'width'>): number {
  return Math.min(6, Math.max(3, Math.floor(Math.log2(Math.min(height, width)))))
}

const widthAt = (level: number, hidden: number) => (level <= 3 ? hidden : 2 * hidden)

interface StageOptions {
  name: string
  cin: number
  cout: number
  timed: boolean
  normName?: string
}

/** Convolution, optional shift by the time, normalisation, relu. */
const stage = (layers: Layers, options: StageOptions): Block =>
  layers.block(() => buildStage(layers, options))

function buildStage(layers: Layers, options: StageOptions): Block {
  const { name, cin, cout, timed, normName = `${name}_norm` } = options
  const conv = layers.conv(name, { cin, cout })
  const norm = layers.norm(normName, cout)
  const time = timed ? layers.dense(`temp_${name}`, { cin: 1, cout }) : null
  return (parameters, inputs, { time: t } = {}) => {
    const offset = time && t ? { offset: time(parameters, t) } : {}
    return norm(parameters, conv(parameters, join(inputs)), { ...offset, relu: true })
  }
}

function buildEncoder(layers: Layers, size: NetworkSize, timed: boolean) {
  const levels = countUnetLevels(size)
  const stages = Array.from({ length: levels }, (_, i) =>
    stage(layers, {
      name: `enc${i + 1}`,
      cin: i === 0 ? size.channels : widthAt(i, size.hidden),
      cout: widthAt(i + 1, size.hidden),
      timed,
    }),
  )
  return (parameters: Parameters, x: Tensor4D, t: Tensor2D | null) => {
    const skips: Tensor4D[] = []
    let h = x
    for (const apply of stages) {
      const skip = apply(parameters, [h], { time: t })
      skips.push(skip)
      h = maxPool2(skip)
    }
    return { skips, h }
  }
}

/**
 * Doubles by bilinear resizing, resizes again to the skip connection where odd sizes left a difference, and concatenates
 * both; a single input as it is.
 */
function join([h, skip]: Tensor4D[]): Tensor4D {
  if (!h || !skip) return h as Tensor4D
  const [height, width] = [h.shape[1] * 2, h.shape[2] * 2]
  const even = skip.shape[1] === height && skip.shape[2] === width
  return resizeAndConcat(even ? h : resize(h, { height, width, method: 'bilinear' }), skip, 'bilinear')
}

/** The decoder's stages down to `last`, deepest first. */
function buildDecoder(layers: Layers, size: NetworkSize, options: { last: number; timed: boolean }) {
  const levels = countUnetLevels(size)
  const stages: Block[] = []
  for (let level = levels; level >= options.last; level--) {
    stages.push(
      stage(layers, {
        name: `dec${level}`,
        cin: 2 * widthAt(level, size.hidden),
        // The decoder narrows one level below the one at which the encoder widens.
        cout: level >= 5 ? 2 * size.hidden : size.hidden,
        timed: options.timed,
      }),
    )
  }
  return (parameters: Parameters, down: { h: Tensor4D; skips: Tensor4D[]; t: Tensor2D | null }) => {
    let h = down.h
    const skips = [...down.skips]
    for (const apply of stages) h = apply(parameters, [h, skips.pop() as Tensor4D], { time: down.t })
    return { h, skips }
  }
}

/** Velocity U-Net: every stage is shifted by a linear function of the time. */
export function createUnetVelocity(size: NetworkSize): VelocityNetwork {
  const { channels, hidden } = size
  const layers = new Layers('velocity', size)
  const encode = buildEncoder(layers, size, true)
  const bottom = buildBottleneck(layers, size)
  const decode = buildDecoder(layers, size, { last: 2, timed: true })
  const last = layers.conv('dec1', { cin: 2 * hidden, cout: channels })
  return {
    parameters: layers.parameters,
    apply: (parameters, { xT, t }) => {
      const t1 = t.reshape<Tensor2D>([-1, 1])
      const down = encode(parameters, xT, t1)
      const up = decode(parameters, { h: bottom(parameters, down.h, t1), skips: down.skips, t: t1 })
      return last(parameters, join([up.h, up.skips[0] as Tensor4D]))
    },
  }
}

/**
 * The velocity network's bottleneck. With three levels: convolution, shift by level 3's time projection, norm, relu.
 * With more, operator precedence in the reference's conditional expression drops the input:
 * relu(norm(time projection of level 6)), 1 × 1. Both then add a squeeze of their output (global mean, dense, relu, 1 × 1
 * convolution).
 */
function buildBottleneck(layers: Layers, size: NetworkSize) {
  const { hidden } = size
  const levels = countUnetLevels(size)
  const deep = levels > 3
  const c = deep ? 2 * hidden : hidden
  const conv = deep ? null : layers.conv('bottleneck_conv', { cin: c, cout: c })
  // With six levels the encoder's projection is shared; with four or five it exists for the bottleneck only.
  const time6 = deep && levels < 6 ? layers.dense('temp_enc6', { cin: 1, cout: c }) : null
  const norm = layers.norm('bottleneck_norm', c)
  const squeeze = layers.dense('bottleneck_fc', { cin: c, cout: c })
  const expand = layers.conv('bottleneck_expand', { cin: c, cout: c, k: 1 })
  const timeOf = time6 ?? useSharedTime(`velocity.temp_enc${deep ? 6 : 3}`)
  return (parameters: Parameters, h: Tensor4D, t: Tensor2D) => {
    const time = timeOf(parameters, t)
    const bottom = conv
      ? norm(parameters, conv(parameters, h), { offset: time, relu: true })
      : norm(parameters, broadcastOverPixels(time), { relu: true })
    const global = relu(squeeze(parameters, tf.mean<Tensor2D>(bottom, [1, 2])))
    return expand(parameters, broadcastOverPixels(global)).add<Tensor4D>(bottom)
  }
}

/** A projection of the time that another layer declares. */
function useSharedTime(name: string) {
  return (parameters: Parameters, t: Tensor2D): Tensor2D =>
    tf
      .matMul(t, getParameter(parameters, `${name}.weight`) as Tensor2D)
      .add(getParameter(parameters, `${name}.bias`))
}

/** Posterior U-Net: no time; two 1 × 1 convolutions give mean and logvar. */
export function createUnetPosterior(size: NetworkSize): PosteriorNetwork {
  const { channels, hidden } = size
  const layers = new Layers('posterior', size)
  const encode = buildEncoder(layers, size, false)
  const c = widthAt(countUnetLevels(size), hidden)
  const bottom = stage(layers, {
    name: 'bottleneck_conv',
    normName: 'bottleneck_norm',
    cin: c,
    cout: c,
    timed: false,
  })
  const decode = buildDecoder(layers, size, { last: 1, timed: false })
  const mean = layers.conv('mean_output', { cin: hidden, cout: channels, k: 1 })
  const logvar = layers.conv('logvar_output', { cin: hidden, cout: channels, k: 1 })
  return {
    parameters: layers.parameters,
    apply: (parameters, x) => {
      const down = encode(parameters, x, null)
      const { h } = decode(parameters, { h: bottom(parameters, [down.h]), skips: down.skips, t: null })
      return { mean: mean(parameters, h), logvar: logvar(parameters, h) }
    },
  }
}

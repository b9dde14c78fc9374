import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { hasKernels, nativeOp, nativeOps } from '../../backend/native-op.ts'

/**
 * The operations that the networks and objectives are made of. Where tfjs's own gradient would build constants of the
 * full size or long chains of small operations, the gradient is given in closed form.
 */

const one = (op: string, inputs: Tensor[]): Tensor => nativeOp(op, { T: 'float32' }, inputs)

/** max(x, 0). */
export function relu<T extends Tensor>(x: T): T {
  return tf.customGrad((input, save) => {
    const value = tf.relu(input as Tensor)
    ;(save as (tensors: Tensor[]) => void)([value])
    return { value, gradFunc: (dy: Tensor, [y]: Tensor[]) => one('ReluGrad', [dy, y as Tensor]) }
  })(x) as T
}

/** Adds `[c]` to the last axis of x; its gradient is summed by the operation made for that. */
function addBias<T extends Tensor>(x: T, bias: Tensor): T {
  return tf.customGrad((input, vector) => ({
    value: one('BiasAdd', [input as Tensor, vector as Tensor]),
    gradFunc: (dy: Tensor) => [dy, one('BiasAddGrad', [dy])],
  }))(x, bias) as T
}

/** Sum over all elements, as a scalar. */
export function sumAll(x: Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: tf.sum(input as Tensor),
    gradFunc: (dy: Tensor) => tf.broadcastTo(dy, (input as Tensor).shape),
  }))(x)
}

/** Sum of squares over all elements, as a scalar; has no gradient. */
export function sumOfSquares(x: Tensor): Tensor {
  return one('L2Loss', [x]).mul(2)
}

/** Mean of squares over all elements, as a scalar. */
export function meanSquare(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const value = tf.sum(tf.square(input as Tensor)).div(x.size)
    ;(save as (tensors: Tensor[]) => void)([input as Tensor])
    return { value, gradFunc: (dy: Tensor, [kept]: Tensor[]) => (kept as Tensor).mul(dy.mul(2 / x.size)) }
  })(x)
}

/** 2-D convolution with 'same' padding and bias: x `[n, h, w, cin]`, weight `[k, k, cin, cout]`, bias `[cout]`. */
export function conv2d(x: Tensor4D, weight: Tensor, bias: Tensor): Tensor4D {
  return addBias(tf.conv2d(x, weight as Tensor4D, 1, 'same'), bias)
}

/** x `[n, cin]` · weight `[cin, cout]` + bias `[cout]`. */
export function dense(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  return addBias(tf.matMul(x, weight as Tensor2D), bias)
}

/** Halves height and width by the maximum of 2 × 2, leaving out an odd last row or column. */
export function maxPool2(x: Tensor4D): Tensor4D {
  return tf.maxPool(x, 2, 2, 'valid')
}

/** Halves height and width by the mean of 2 × 2. Both must be even. */
export function meanPool2(x: Tensor4D): Tensor4D {
  return tf.avgPool(x, 2, 2, 'valid')
}

/** Gathers each `side` × `side` pixels into one place: `[n, h, w, c]` → `[n, h / side, w / side, side² · c]`. */
export function toPatches(x: Tensor4D, side: number): Tensor4D {
  if (side === 1) return x
  const [n, h, w, c] = x.shape
  const split = x.reshape([n, h / side, side, w / side, side, c])
  return tf.transpose(split, [0, 1, 3, 2, 4, 5]).reshape([n, h / side, w / side, side * side * c])
}

/** The inverse of `toPatches`: `[n, h, w, side² · c]` → `[n, h · side, w · side, c]`. */
export function fromPatches(x: Tensor4D, side: number): Tensor4D {
  if (side === 1) return x
  const [n, h, w, packed] = x.shape
  const c = packed / (side * side)
  const split = x.reshape([n, h, w, side, side, c])
  return tf.transpose(split, [0, 1, 3, 2, 4, 5]).reshape([n, h * side, w * side, c])
}

/** A per-channel vector for each image, `[n, c]`, as something to add to `[n, h, w, c]`. */
export function broadcastOverPixels(x: Tensor2D): Tensor4D {
  return x.reshape([x.shape[0], 1, 1, x.shape[1]])
}

/** What comes after a normalisation, by image and channel `[n, c]`: h·(1 + scale) + shift. */
export interface Film {
  scale: Tensor2D
  shift: Tensor2D
}

/**
 * Group normalisation (Wu & He 2018) of x `[n, h, w, c]` over `groups` groups of channels, then scale and shift `[c]`,
 * `film` (Perez et al. 2018) and, if asked, relu. Variance is the biased one, epsilon 1e-5, as in PyTorch. With `offset`
 * it is that of x + offset, which is by image and channel `[n, c]`.
 */
export function groupNorm(options: {
  x: Tensor4D
  scale: Tensor
  shift: Tensor
  groups: number
  offset?: Tensor2D | undefined
  film?: Film | undefined
  relu?: boolean
}): Tensor4D {
  const { x, scale, shift, groups, offset, film, relu: cut = false } = options
  const [n, , , c] = x.shape
  // Spread by arithmetic: the gradient of tfjs's tile is one slice and one addition for every image.
  const [gamma, beta] = [scale.reshape<Tensor2D>([1, c]), shift.reshape<Tensor2D>([1, c])]
  const rest = { x, offset, groups, relu: cut }
  if (!film) {
    const each = tf.zeros([n, 1])
    return normalized({ ...rest, scale: gamma.add(each), shift: beta.add(each) })
  }
  const more = film.scale.add<Tensor2D>(1)
  return normalized({
    ...rest,
    scale: gamma.mul<Tensor2D>(more),
    shift: beta.mul(more).add<Tensor2D>(film.shift),
  })
}

const groupNormEpsilon = 1e-5

interface Normalization {
  x: Tensor4D
  /** `[n, c]`, as are `scale` and `shift`. */
  offset: Tensor2D | undefined
  scale: Tensor2D
  shift: Tensor2D
  groups: number
  relu: boolean
}

const normalized = (options: Normalization): Tensor4D => {
  if (hasKernels()) return normalizedByKernel(options)
  const { x, offset } = options
  return normalizedByParts(offset ? { ...options, x: x.add<Tensor4D>(broadcastOverPixels(offset)) } : options)
}

/** By operations of our own (`engine/kernels`), each of which reads an image while it is in the cache. */
function normalizedByKernel({ x, offset, scale, shift, groups, relu: cut }: Normalization): Tensor4D {
  const attributes = { groups, relu: cut }
  // eslint-disable-next-line max-params -- tfjs hands the inputs and `save` over one by one
  return tf.customGrad((input, moved, gamma, beta, save) => {
    const inputs = [input, moved, gamma, beta] as Tensor[]
    const [value, mean, reciprocal] = nativeOps('FlowerbedGroupNorm', attributes, { inputs, outputs: 3 })
    ;(save as (tensors: Tensor[]) => void)([...inputs, mean as Tensor, reciprocal as Tensor])
    return {
      value: value as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        nativeOps(
          'FlowerbedGroupNormGradient',
          { ...attributes, moved: offset !== undefined },
          { inputs: [...saved, dy], outputs: 4 },
        ),
    }
  })(x, offset ?? tf.zerosLike(scale), scale, shift) as Tensor4D
}

/**
 * By TensorFlow's operations. An image's channel is stretched and shifted as a whole, so full-size passes are few:
 * y = x·a + b with a = scale/std and b = shift − mean·a, and backwards dx = dy·a + x·p + q, all factors but x and dy
 * being `[n, 1, c]`.
 */
function normalizedByParts({ x, scale, shift, groups, relu: cut }: Normalization): Tensor4D {
  const [n, h, w, c] = x.shape
  const [places, inGroup] = [h * w, c / groups]
  const rows = [n, places, c]
  /** Each image's channels summed over its places: `[n, h·w, c]` → `[n, 1, c]`. */
  const overPlaces = (value: Tensor) => tf.sum(value, [1], true)
  /** Each channel's value as the mean of its group: `[n, 1, c]` → the same. */
  const groupMean = (value: Tensor) => {
    const mean = tf.mean(value.reshape([n, groups, inGroup]), [2], true)
    return tf.tile(mean, [1, 1, inGroup]).reshape([n, 1, c])
  }
  // eslint-disable-next-line max-params -- tfjs hands the inputs and `save` over one by one
  const value = tf.customGrad((input, gamma, beta, save) => {
    const flat = (input as Tensor).reshape(rows)
    const stretch = (gamma as Tensor).reshape([n, 1, c])
    const mean = groupMean(overPlaces(flat).div(places))
    const variance = groupMean(overPlaces(tf.squaredDifference(flat, mean)).div(places))
    const reciprocal = tf.rsqrt(variance.add(groupNormEpsilon))
    const a = reciprocal.mul(stretch)
    const moved = flat.mul(a).add((beta as Tensor).reshape([n, 1, c]).sub(mean.mul(a)))
    ;(save as (tensors: Tensor[]) => void)([flat, mean, reciprocal, stretch])
    return {
      value: moved.reshape(x.shape),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [kept, mu, rsd, g] = saved as [Tensor, Tensor, Tensor, Tensor]
        const dyFlat = dy.reshape(rows)
        const dySum = overPlaces(dyFlat)
        // Σ dy·x̂ of each channel, from Σ dy·x.
        const dyXHat = overPlaces(dyFlat.mul(kept)).sub(dySum.mul(mu)).mul(rsd)
        const p = groupMean(dyXHat.mul(g)).mul(rsd).mul(rsd).div(-places)
        const q = groupMean(dySum.mul(g)).mul(rsd).div(-places).sub(p.mul(mu))
        const dx = dyFlat.mul(rsd.mul(g)).add(kept.mul(p)).add(q)
        return [dx.reshape(x.shape), dyXHat.reshape([n, c]), dySum.reshape([n, c])]
      },
    }
  })(x, scale, shift) as Tensor4D
  return cut ? relu(value) : value
}

/**
 * Sinusoidal embedding of times in [0, 1] (Vaswani et al. 2017, scaled by 1000 as diffusion models do):
 * t `[n]` → `[n, 2 · frequencies]`.
 */
export function timeEmbedding(t: Tensor1D, frequencies: number): Tensor2D {
  const rates = Float32Array.from({ length: frequencies }, (_, i) => 1000 * 10_000 ** (-i / frequencies))
  const phase = t.reshape([-1, 1]).mul(tf.tensor2d(rates, [1, frequencies]))
  return tf.concat([tf.sin(phase), tf.cos(phase)], 1) as Tensor2D
}

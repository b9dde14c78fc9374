import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { defineOp } from '../abstract-ops.ts'
import { broadcastOverPixels, relu } from './ops.ts'

/** Feature-wise modulation of normalised values (Perez et al. 2018), per image and channel `[n, c]`: h·(1 + scale) + shift. */
export interface Film {
  scale: Tensor2D
  shift: Tensor2D
}

/**
 * Group normalisation (Wu & He 2018) of x `[n, h, w, c]` over `groups` groups of channels, then scale and shift `[c]`,
 * `film` and, if asked, relu. The variance is the biased one, epsilon 1e-5, as in PyTorch. With `offset` `[n, c]`, which
 * is broadcast over pixels, x + offset is normalised.
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
  const { x, scale, shift, groups, offset, film, relu: withRelu = false } = options
  const [n, , , c] = x.shape
  // Broadcast by arithmetic: the gradient of tfjs's tile is one slice and one addition for every image.
  const [gamma, beta] = [scale.reshape<Tensor2D>([1, c]), shift.reshape<Tensor2D>([1, c])]
  const rest = { x, offset, groups, relu: withRelu }
  if (!film) {
    const each = tf.zeros([n, 1])
    return normalizeGroups({ ...rest, scale: gamma.add(each), shift: beta.add(each) })
  }
  const factor = film.scale.add<Tensor2D>(1)
  return normalizeGroups({
    ...rest,
    scale: gamma.mul<Tensor2D>(factor),
    shift: beta.mul(factor).add<Tensor2D>(film.shift),
  })
}

export interface GroupNormInput {
  x: Tensor4D
  /** `[n, c]`, as are `scale` and `shift`. */
  offset: Tensor2D | undefined
  scale: Tensor2D
  shift: Tensor2D
  groups: number
  relu: boolean
}

const epsilon = 1e-5

/** Group normalisation with scale and shift per image and channel; x + offset `[n, h, w, c]` → the same shape. */
export const normalizeGroups = defineOp((input: GroupNormInput): Tensor4D => {
  const { x, offset, relu: withRelu } = input
  const value = normalize({ ...input, x: offset ? x.add<Tensor4D>(broadcastOverPixels(offset)) : x })
  return withRelu ? relu(value) : value
})

/**
 * With few passes over values of the full size: y = x·a + b with a = scale/std and b = shift − mean·a, and backwards
 * dx = dy·a + x·p + q, where all factors but x and dy are `[n, 1, c]`.
 */
function normalize({ x, scale, shift, groups }: Omit<GroupNormInput, 'offset' | 'relu'>): Tensor4D {
  const [n, h, w, c] = x.shape
  const [pixels, groupSize] = [h * w, c / groups]
  const flatShape = [n, pixels, c]
  /** `[n, h·w, c]` → `[n, 1, c]`. */
  const sumPixels = (value: Tensor) => tf.sum(value, [1], true)
  /** Each channel's value replaced by the mean of its group: `[n, 1, c]` → `[n, 1, c]`. */
  const meanOfGroup = (value: Tensor) => {
    const mean = tf.mean(value.reshape([n, groups, groupSize]), [2], true)
    return tf.tile(mean, [1, 1, groupSize]).reshape([n, 1, c])
  }
  // eslint-disable-next-line max-params -- tfjs passes the inputs and `save` as positional arguments
  return tf.customGrad((input, gamma, beta, save) => {
    const flat = (input as Tensor).reshape(flatShape)
    const factor = (gamma as Tensor).reshape([n, 1, c])
    const mean = meanOfGroup(sumPixels(flat).div(pixels))
    const variance = meanOfGroup(sumPixels(tf.squaredDifference(flat, mean)).div(pixels))
    const reciprocalStd = tf.rsqrt(variance.add(epsilon))
    const a = reciprocalStd.mul(factor)
    const value = flat.mul(a).add((beta as Tensor).reshape([n, 1, c]).sub(mean.mul(a)))
    ;(save as (tensors: Tensor[]) => void)([flat, mean, reciprocalStd, factor])
    return {
      value: value.reshape(x.shape),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [xFlat, mu, rstd, g] = saved as [Tensor, Tensor, Tensor, Tensor]
        const dyFlat = dy.reshape(flatShape)
        const dySum = sumPixels(dyFlat)
        // Σ dy·x̂ of each channel, from Σ dy·x.
        const dyXHat = sumPixels(dyFlat.mul(xFlat)).sub(dySum.mul(mu)).mul(rstd)
        const p = meanOfGroup(dyXHat.mul(g)).mul(rstd).mul(rstd).div(-pixels)
        const q = meanOfGroup(dySum.mul(g)).mul(rstd).div(-pixels).sub(p.mul(mu))
        const dx = dyFlat.mul(rstd.mul(g)).add(xFlat.mul(p)).add(q)
        return [dx.reshape(x.shape), dyXHat.reshape([n, c]), dySum.reshape([n, c])]
      },
    }
  })(x, scale, shift) as Tensor4D
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'

/**
 * The operations that the networks and objectives are made of. Where tfjs's own gradient would build constants of the
 * full size or long chains of small operations, the gradient is given in closed form.
 */

interface NativeOps {
  executeSingleOutput: (
    op: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: Tensor[],
  ) => Tensor
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number }
}

/** TensorFlow's own operations, for what tfjs has no name. */
const native = () => tf.backend() as unknown as NativeOps
const floatType = () => ({
  name: 'T',
  type: native().binding.TF_ATTR_TYPE,
  value: native().binding.TF_FLOAT,
})

/** max(x, 0), with the gradient taken from the output's sign. */
export function relu<T extends Tensor>(x: T): T {
  return tf.customGrad((input, save) => {
    const value = tf.relu(input as Tensor)
    ;(save as (tensors: Tensor[]) => void)([value])
    return {
      value,
      gradFunc: (dy: Tensor, [y]: Tensor[]) => dy.mul((y as Tensor).greater(0).cast('float32')),
    }
  })(x) as T
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
  const half = native().executeSingleOutput('L2Loss', [floatType()], [x])
  return half.mul(2)
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
  return tf.conv2d(x, weight as Tensor4D, 1, 'same').add(bias)
}

/** x `[n, cin]` · weight `[cin, cout]` + bias `[cout]`. */
export function dense(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  return tf.matMul(x, weight as Tensor2D).add(bias)
}

/** Halves height and width by the maximum of 2 × 2, leaving out an odd last row or column. */
export function maxPool2(x: Tensor4D): Tensor4D {
  return tf.maxPool(x, 2, 2, 'valid')
}

/** Halves height and width by the mean of 2 × 2. Both must be even. */
export function meanPool2(x: Tensor4D): Tensor4D {
  return tf.avgPool(x, 2, 2, 'valid')
}

/** Bilinear resize whose corner pixels keep their place (PyTorch's align_corners=True). */
export function resizeBilinear(x: Tensor4D, height: number, width: number): Tensor4D {
  return x.shape[1] === height && x.shape[2] === width ? x : tf.image.resizeBilinear(x, [height, width], true)
}

/** Doubles height and width, each pixel becoming 2 × 2. */
export function double(x: Tensor4D): Tensor4D {
  return resizeNearest(x, x.shape[1] * 2, x.shape[2] * 2)
}

/** Resizes by repeating or leaving out pixels. */
export function resizeNearest(x: Tensor4D, height: number, width: number): Tensor4D {
  return tf.image.resizeNearestNeighbor(x, [height, width])
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

/** A per-channel vector for each picture, `[n, c]`, as something to add to `[n, h, w, c]`. */
export function overPixels(x: Tensor2D): Tensor4D {
  return x.reshape([x.shape[0], 1, 1, x.shape[1]])
}

const groupNormEpsilon = 1e-5

/**
 * Group normalisation (Wu & He 2018) of x `[n, h, w, c]` over `groups` groups of channels, then scale and shift `[c]`.
 * Variance is the biased one, epsilon 1e-5, as in PyTorch.
 */
export function groupNorm(options: { x: Tensor4D; scale: Tensor; shift: Tensor; groups: number }): Tensor4D {
  const { x, scale, shift, groups } = options
  const [n, h, w, c] = x.shape
  const grouped = groups === 1 ? [n, h * w * c] : [n, h * w, groups, c / groups]
  const axes = groups === 1 ? [1] : [1, 3]
  const perGroup = (value: Tensor) => tf.mean(value.reshape(grouped), axes, true)
  // eslint-disable-next-line max-params -- tfjs hands the inputs and `save` over one by one
  return tf.customGrad((input, gamma, beta, save) => {
    const flat = (input as Tensor).reshape(grouped)
    const centred = flat.sub(tf.mean(flat, axes, true))
    const reciprocal = tf.rsqrt(tf.mean(tf.square(centred), axes, true).add(groupNormEpsilon))
    const normal = centred.mul(reciprocal).reshape(x.shape)
    ;(save as (tensors: Tensor[]) => void)([normal, reciprocal, gamma as Tensor])
    return {
      value: normal.mul(gamma as Tensor).add(beta as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [xHat, rsd, g] = saved as [Tensor, Tensor, Tensor]
        const dyXHat = dy.mul(xHat)
        const dxHat = dy.mul(g)
        const inner = dxHat
          .reshape(grouped)
          .sub(perGroup(dxHat))
          .sub(xHat.reshape(grouped).mul(perGroup(dyXHat.mul(g))))
        return [inner.mul(rsd).reshape(x.shape), tf.sum(dyXHat, [0, 1, 2]), tf.sum(dy, [0, 1, 2])]
      },
    }
  })(x, scale, shift) as Tensor4D
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

import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { runNativeOp, runNativeOps } from '../../backend/native-op.ts'
import { implement } from '../../model/abstract-ops.ts'
import type { Implementation } from '../../model/abstract-ops.ts'
import { checkpoint } from '../../model/nets/checkpoint.ts'
import { normalizeGroups } from '../../model/nets/group-norm.ts'
import type { GroupNormInput } from '../../model/nets/group-norm.ts'
import { addBias, relu, sumOfSquares } from '../../model/nets/ops.ts'
import { resize, resizeAndConcat } from '../../model/nets/resize.ts'
import type { ResizeMethod } from '../../model/nets/resize.ts'
import { controlledIdentityNode, withControlDependencies } from '../control-dependencies.ts'
import { adamNode, applyAdam, averageNode, updateAverage } from '../optimizer-ops.ts'
import type { AdamScalars, AdamState } from '../optimizer-ops.ts'
import { recompute } from './checkpointing.ts'

/**
 * What the abstract operations of networks and training steps become while a program is traced: TensorFlow's fused
 * operations, nodes that `saved-model/` writes, and Flowerbed's kernels where `kernels` are loaded. Their values and
 * gradients are those of the operations' meanings.
 */
export function traceImplementations({
  kernels,
  fused,
}: {
  kernels: boolean
  /** For XLA, which lacks the gradient of TensorFlow's nearest neighbour. */
  fused: boolean
}): Implementation[] {
  return [
    implement(relu, reluFused),
    implement(addBias, addBiasFused),
    implement(sumOfSquares, (x) => runFloatOp('L2Loss', [x]).mul(2)),
    implement(checkpoint, recompute),
    implement(withControlDependencies, recordControlDependencies),
    implement(applyAdam, recordAdam),
    implement(updateAverage, recordAverage),
    ...(kernels
      ? [implement(normalizeGroups, normalizeByKernel), implement(resizeAndConcat, resizeAndConcatByKernel)]
      : []),
    ...(fused ? [implement(resizeAndConcat, resizeAndConcatByProduct)] : []),
  ]
}

/** What a program that is not compiled replaces: only memory is at stake. */
export const eagerImplementations: Implementation[] = [implement(checkpoint, recompute)]

const runFloatOp = (op: string, inputs: Tensor[]): Tensor => runNativeOp(op, { T: 'float32' }, inputs)

function reluFused<T extends Tensor>(x: T): T {
  return tf.customGrad((input, save) => {
    const value = tf.relu(input as Tensor)
    ;(save as (tensors: Tensor[]) => void)([value])
    return { value, gradFunc: (dy: Tensor, [y]: Tensor[]) => runFloatOp('ReluGrad', [dy, y as Tensor]) }
  })(x) as T
}

function addBiasFused<T extends Tensor>(x: T, bias: Tensor): T {
  return tf.customGrad((input, vector) => ({
    value: runFloatOp('BiasAdd', [input as Tensor, vector as Tensor]),
    gradFunc: (dy: Tensor) => [dy, runFloatOp('BiasAddGrad', [dy])],
  }))(x, bias) as T
}

function recordControlDependencies<T extends Tensor>(x: T, dependencies: Tensor[]): T {
  return dependencies.length === 0 ? x : (runNativeOp(controlledIdentityNode, {}, [x, ...dependencies]) as T)
}

function recordAdam(state: AdamState, gradient: Tensor, scalars: AdamScalars): AdamState {
  const { stepSize, epsilon, beta1, beta2 } = scalars
  const { weight, m, v } = state
  const inputs = [weight, m, v, gradient, stepSize, epsilon, tf.scalar(beta1), tf.scalar(beta2)]
  const [nextWeight, nextM, nextV] = runNativeOps(adamNode, {}, { inputs, outputs: 3 })
  return { weight: nextWeight as Tensor, m: nextM as Tensor, v: nextV as Tensor }
}

function recordAverage(average: Tensor, value: Tensor, share: Scalar): Tensor {
  return runNativeOp(averageNode, {}, [average, share, average.sub(value)])
}

/** Two operations that each read an image while it is in the cache. */
function normalizeByKernel({ x, offset, scale, shift, groups, relu: withRelu }: GroupNormInput): Tensor4D {
  const attributes = { groups, relu: withRelu }
  // eslint-disable-next-line max-params -- tfjs passes the inputs and `save` as positional arguments
  return tf.customGrad((input, added, gamma, beta, save) => {
    const inputs = [input, added, gamma, beta] as Tensor[]
    const [value, mean, reciprocalStd] = runNativeOps('FlowerbedGroupNorm', attributes, {
      inputs,
      outputs: 3,
    })
    ;(save as (tensors: Tensor[]) => void)([...inputs, mean as Tensor, reciprocalStd as Tensor])
    return {
      value: value as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        runNativeOps(
          'FlowerbedGroupNormGradient',
          { ...attributes, moved: offset !== undefined },
          { inputs: [...saved, dy], outputs: 4 },
        ),
    }
  })(x, offset ?? tf.zerosLike(scale), scale, shift) as Tensor4D
}

/** Repeats pixels by a product with ones, whose gradient sums; XLA fuses both with their neighbours. */
function resizeAndConcatByProduct(x: Tensor4D, skip: Tensor4D, method: ResizeMethod): Tensor4D {
  const [n, h, w, channels] = x.shape
  const [, height, width] = skip.shape
  const [down, right] = [Math.ceil(height / h), Math.ceil(width / w)]
  const isRepeated = (factor: number, from: number, to: number) => factor * from - to < factor && factor <= 2
  if (method !== 'nearest' || !isRepeated(down, h, height) || !isRepeated(right, w, width))
    return tf.concat([resize(x, { height, width, method }), skip], 3)
  const repeated = x
    .reshape([n, h, 1, w, 1, channels])
    .mul(tf.ones([1, 1, down, 1, right, 1]))
    .reshape<Tensor4D>([n, h * down, w * right, channels])
  return tf.concat([tf.slice(repeated, [0, 0, 0, 0], [n, height, width, channels]), skip], 3)
}

/** Writes the resized values into the concatenated tensor at once, and reads its gradient in place. */
function resizeAndConcatByKernel(x: Tensor4D, skip: Tensor4D, method: ResizeMethod): Tensor4D {
  const [, height, width, channels] = x.shape
  const bilinear = method === 'bilinear'
  return tf.customGrad((small, other) => {
    const inputs = [small, other] as Tensor[]
    return {
      value: runNativeOps('FlowerbedResizeBeside', { bilinear }, { inputs, outputs: 1 })[0] as Tensor,
      gradFunc: (dy: Tensor) =>
        runNativeOps(
          'FlowerbedResizeBesideGradient',
          { bilinear, height, width, channels },
          { inputs: [dy], outputs: 2 },
        ),
    }
  })(x, skip) as Tensor4D
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { runNativeOp } from '../backend/native-op.ts'

/**
 * Bytes to images, in the graph. Uses TensorFlow's own gather: tfjs has no byte tensors, and would read the indices back
 * to check them.
 */

/** The images at `indices` `[n]` (int32) of a table of bytes `[count, h, w, c]`: bytes `[n, h, w, c]`. */
export function imagesAt(table: Tensor, indices: Tensor): Tensor {
  return runNativeOp('GatherV2', { Tparams: 'uint8', Tindices: 'int32', Taxis: 'int32', batch_dims: 0 }, [
    table,
    indices,
    tf.scalar(0, 'int32'),
  ])
}

/** Bytes `[n, h, w, c]` as images in [0, 1]. */
export function toUnit(bytes: Tensor): Tensor4D {
  const numbers = runNativeOp('Cast', { SrcT: 'uint8', DstT: 'float32' }, [bytes])
  // TensorFlow would turn a plain division into a multiplication by the reciprocal, which rounds differently.
  return runNativeOp('DivNoNan', { T: 'float32' }, [numbers, tf.scalar(255)]) as Tensor4D
}

/** Images flipped, rotated and shifted: x `[n, h, w, c]`, `views` `[n, 5]` as returned by `viewOf` (augment.ts). */
export function transformed(x: Tensor4D, views: Tensor2D): Tensor4D {
  const [n, height, width, channels] = x.shape
  const [down, right, first, perRow, perColumn] = tf.split(views, 5, 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ]
  // In floats, since TensorFlow keeps int32 tensors in host memory; all values are far below 2^24 and so exact.
  const line = (side: number) =>
    tf.tensor2d(
      Float32Array.from({ length: side }, (_, i) => i),
      [1, side],
    )
  const clamped = (index: Tensor, side: number) => tf.minimum(tf.maximum(index, 0), side - 1)
  const rows = clamped(line(height).sub(down), height).mul(perRow).reshape([n, height, 1])
  const columns = clamped(line(width).sub(right), width).mul(perColumn).reshape([n, 1, width])
  const from = rows.add(columns).add(first.reshape([n, 1, 1]))
  const indices = tf.cast(from.reshape([n, height * width]), 'int32')
  const attributes = { Tparams: 'float32', Tindices: 'int32', Taxis: 'int32', batch_dims: 1 } as const
  const pixels = x.reshape([n, height * width, channels])
  return runNativeOp('GatherV2', attributes, [pixels, indices, tf.scalar(1, 'int32')]).reshape(x.shape)
}

/**
 * Images with another brightness and contrast: differences from each image's mean are multiplied by its contrast, its
 * brightness is added, and values are clipped to [0, 1]. x `[n, h, w, c]`, `lights` `[n, 2]`.
 */
export function jittered(x: Tensor4D, lights: Tensor2D): Tensor4D {
  const [brightness, contrast] = tf.split(lights, 2, 1).map((part) => part.reshape([-1, 1, 1, 1])) as [
    Tensor,
    Tensor,
  ]
  const mean = tf.mean(x, [1, 2, 3], true)
  const light = x.sub(mean).mul(contrast).add<Tensor4D>(mean.add(brightness))
  return tf.minimum(tf.maximum(light, 0), 1)
}

/** Rows of float32 `[n, …]` in the order of `indices` (int32 `[n]`). Not differentiable. */
export function rowsInOrder<T extends Tensor>(rows: T, indices: Tensor): T {
  const attributes = { Tparams: 'float32', Tindices: 'int32', Taxis: 'int32', batch_dims: 0 } as const
  return runNativeOp('GatherV2', attributes, [rows, indices, tf.scalar(0, 'int32')]) as T
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { runNativeOp } from '../backend/native-op.ts'

/**
 * From bytes to images, in the graph. Gathering is by TensorFlow's own operation: tfjs knows no bytes, and would read the
 * places back to check them.
 */

/** The images at `places` `[n]` (int32) of a table of bytes `[count, h, w, c]`: bytes `[n, h, w, c]`. */
export function imagesAt(table: Tensor, places: Tensor): Tensor {
  return runNativeOp('GatherV2', { Tparams: 'uint8', Tindices: 'int32', Taxis: 'int32', batch_dims: 0 }, [
    table,
    places,
    tf.scalar(0, 'int32'),
  ])
}

/** Bytes `[n, h, w, c]` as images in [0, 1]. */
export function toUnit(bytes: Tensor): Tensor4D {
  const numbers = runNativeOp('Cast', { SrcT: 'uint8', DstT: 'float32' }, [bytes])
  // Of a plain division TensorFlow would make a multiplication by the reciprocal, which rounds otherwise.
  return runNativeOp('DivNoNan', { T: 'float32' }, [numbers, tf.scalar(255)]) as Tensor4D
}

/** Images seen another way: x `[n, h, w, c]`, `views` `[n, 5]` as `viewOf` (augment.ts) has them. */
export function moved(x: Tensor4D, views: Tensor2D): Tensor4D {
  const [n, height, width, channels] = x.shape
  const [down, right, first, perRow, perColumn] = tf.split(views, 5, 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ]
  // In floats, since a card keeps whole numbers in the machine's memory; all are far below 2^24 and so exact.
  const line = (side: number) =>
    tf.tensor2d(
      Float32Array.from({ length: side }, (_, i) => i),
      [1, side],
    )
  const inside = (place: Tensor, side: number) => tf.minimum(tf.maximum(place, 0), side - 1)
  const rows = inside(line(height).sub(down), height).mul(perRow).reshape([n, height, 1])
  const columns = inside(line(width).sub(right), width).mul(perColumn).reshape([n, 1, width])
  const from = rows.add(columns).add(first.reshape([n, 1, 1]))
  const places = tf.cast(from.reshape([n, height * width]), 'int32')
  const attributes = { Tparams: 'float32', Tindices: 'int32', Taxis: 'int32', batch_dims: 1 } as const
  const pixels = x.reshape([n, height * width, channels])
  return runNativeOp('GatherV2', attributes, [pixels, places, tf.scalar(1, 'int32')]).reshape(x.shape)
}

/**
 * Images in another light: differences from each image's mean are multiplied by its contrast, its brightness is added,
 * and what leaves [0, 1] is cut off. x `[n, h, w, c]`, `lights` `[n, 2]`.
 */
export function relit(x: Tensor4D, lights: Tensor2D): Tensor4D {
  const [brightness, contrast] = tf.split(lights, 2, 1).map((part) => part.reshape([-1, 1, 1, 1])) as [
    Tensor,
    Tensor,
  ]
  const mean = tf.mean(x, [1, 2, 3], true)
  const light = x.sub(mean).mul(contrast).add<Tensor4D>(mean.add(brightness))
  return tf.minimum(tf.maximum(light, 0), 1)
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { defineOp } from '../abstract-ops.ts'

/** `bilinear` maps corner pixels onto corner pixels (PyTorch's align_corners=True); `nearest` repeats pixels. */
export type ResizeMethod = 'bilinear' | 'nearest'

/** x `[n, h, w, c]` → `[n, height, width, c]`. */
export function resize(x: Tensor4D, to: { height: number; width: number; method: ResizeMethod }): Tensor4D {
  const { height, width, method } = to
  if (x.shape[1] === height && x.shape[2] === width) return x
  return method === 'bilinear'
    ? tf.image.resizeBilinear(x, [height, width], true)
    : tf.image.resizeNearestNeighbor(x, [height, width])
}

/** Resizes x `[n, h, w, c]` to the size of `skip` `[n, H, W, d]` and concatenates channels: `[n, H, W, c + d]`. */
export const resizeAndConcat = defineOp((x: Tensor4D, skip: Tensor4D, method: ResizeMethod): Tensor4D => {
  const [, height, width] = skip.shape
  return tf.concat([resize(x, { height, width, method }), skip], 3)
})

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { hasKernels, nativeOps } from '../../backend/native-op.ts'

/** Between four pixels, corner pixels keeping their place (PyTorch's align_corners=True), or by repeating pixels. */
export type ResizeMethod = 'bilinear' | 'nearest'

/** x `[n, h, w, c]` → `[n, height, width, c]`. */
export function resize(x: Tensor4D, to: { height: number; width: number; method: ResizeMethod }): Tensor4D {
  const { height, width, method } = to
  if (x.shape[1] === height && x.shape[2] === width) return x
  return method === 'bilinear'
    ? tf.image.resizeBilinear(x, [height, width], true)
    : tf.image.resizeNearestNeighbor(x, [height, width])
}

/** x `[n, h, w, c]` at the size of `other` `[n, H, W, d]` and its channels beside: `[n, H, W, c + d]`. */
export function resizedBeside(x: Tensor4D, other: Tensor4D, method: ResizeMethod): Tensor4D {
  const [, height, width] = other.shape
  return hasKernels()
    ? besideByKernel(x, other, method)
    : tf.concat([resize(x, { height, width, method }), other], 3)
}

/** By operations of our own (`engine/kernels`), which write into the joint images and read out of them at once. */
function besideByKernel(x: Tensor4D, other: Tensor4D, method: ResizeMethod): Tensor4D {
  const [, height, width, channels] = x.shape
  const bilinear = method === 'bilinear'
  return tf.customGrad((small, kept) => {
    const inputs = [small, kept] as Tensor[]
    const [value] = nativeOps('FlowerbedResizeBeside', { bilinear }, { inputs, outputs: 1 })
    return {
      value: value as Tensor,
      gradFunc: (dy: Tensor) =>
        nativeOps(
          'FlowerbedResizeBesideGradient',
          { bilinear, height, width, channels },
          { inputs: [dy], outputs: 2 },
        ),
    }
  })(x, other) as Tensor4D
}

import type { Tensor4D } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { T, add, ints, runOp, side } from './operation-uses.ts'
import type { Use } from './operation-uses.ts'

/** Declares the uses of convolutions, pooling and resizing. */

/** Images, a sliding window and the shape of its output. */
const window = fc
  .record({
    ...{
      n: side,
      height: fc.integer({ min: 3, max: 7 }),
      width: fc.integer({ min: 3, max: 7 }),
      channels: side,
    },
    ...{ kernel: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 2 }), filters: side },
    padding: fc.constantFrom('SAME', 'VALID'),
  })
  .map(({ n, height, width, channels, kernel, stride, filters, padding }) => {
    const out = (length: number) => Math.ceil((padding === 'SAME' ? length : length - kernel + 1) / stride)
    const positions = [n, out(height), out(width)]
    return {
      x: [n, height, width, channels],
      filter: [kernel, kernel, channels, filters],
      convolved: [...positions, filters],
      pooled: [...positions, channels],
      strides: [1, stride, stride, 1],
      ksize: [1, kernel, kernel, 1],
      padding,
    }
  })
type Window = typeof window extends fc.Arbitrary<infer W> ? W : never
const windowed = (use: (of: Window, attributes: Record<string, unknown>) => Use) =>
  window.map((of) => use(of, { ...T, strides: of.strides, padding: of.padding, data_format: 'NHWC' }))
const dilations = { dilations: [1, 1, 1, 1], use_cudnn_on_gpu: true }
add(
  'Conv2D',
  windowed(({ x, filter }, a) => ({
    shapes: [x, filter],
    call: (op, t) => runOp(op, { ...a, ...dilations }, t),
  })),
)
add(
  'DepthwiseConv2dNative',
  windowed(({ x, filter }, a) => ({
    shapes: [x, filter],
    call: (op, t) => runOp(op, { ...a, dilations: dilations.dilations }, t),
  })),
)
add(
  'Conv2DBackpropInput',
  windowed(({ x, filter, convolved }, a) => ({
    shapes: [filter, convolved],
    call: (op, t) => runOp(op, { ...a, ...dilations }, [ints(x), ...t]),
  })),
)
add(
  'Conv2DBackpropFilter',
  windowed(({ x, filter, convolved }, a) => ({
    shapes: [x, convolved],
    call: (op, [t, dy]) => runOp(op, { ...a, ...dilations }, [t!, ints(filter), dy!]),
  })),
)
add(
  'MaxPool AvgPool',
  windowed(({ x, ksize }, a) => ({ shapes: [x], call: (op, t) => runOp(op, { ...a, ksize }, t) })),
)
add(
  'MaxPoolGrad',
  windowed(({ x, pooled, ksize }, a) => ({
    shapes: [x, pooled],
    call: (op, [t, dy]) => runOp(op, { ...a, ksize }, [t!, runOp('MaxPool', { ...a, ksize }, [t!])[0]!, dy!]),
  })),
)
add(
  'AvgPoolGrad',
  windowed(({ x, pooled, ksize }, a) => ({
    shapes: [pooled],
    call: (op, [dy]) => runOp(op, { ...a, ksize }, [ints(x), dy!]),
  })),
)
const corners = { align_corners: true, half_pixel_centers: false }
add(
  'ResizeBilinear ResizeNearestNeighbor',
  windowed(({ x }) => ({
    shapes: [x],
    call: (op, [t]) => runOp(op, { ...T, ...corners }, [t!, ints([5, 9])]),
  })),
)
add(
  'ResizeBilinearGrad',
  windowed(({ x }) => ({
    shapes: [[x[0]!, 5, 9, x[3]!], x],
    call: (op, [dy, t]) => runOp(op, { ...T, ...corners }, [dy!, t!]),
  })),
)
add(
  'ResizeNearestNeighborGrad',
  windowed(({ x }) => ({
    shapes: [[x[0]!, 5, 9, x[3]!]],
    call: (op, [dy]) => runOp(op, { ...T, ...corners }, [dy as Tensor4D, ints(x.slice(1, 3))]),
  })),
)

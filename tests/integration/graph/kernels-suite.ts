import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { Kernels } from '../../../src-main/engine/backend/tfjs.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { groupNorm } from '../../../src-main/engine/model/nets/group-norm.ts'
import { conv2d, meanSquare } from '../../../src-main/engine/model/nets/ops.ts'
import { resizeAndConcat } from '../../../src-main/engine/model/nets/resize.ts'
import type { ResizeMethod } from '../../../src-main/engine/model/nets/resize.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import {
  compareKernels,
  countCasts,
  expectClose,
  operations,
  run,
  withoutKernels,
} from './kernel-comparison.ts'
import { describeNormalizedConvolutions } from './normalized-convolutions-suite.ts'

/** Whether this machine can run the kernels; there a test run without them fails. */
const isSupported =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'))

interface Size {
  n: number
  h: number
  w: number
  cin: number
  cout: number
  k: number
}

/** A convolution with bias, and the gradients of `share` · mean(y²) with respect to all three inputs. */
function convolution({ n, h, w, cin, cout, k }: Size, precision: Precision = 'fp32', share = 1): ProgramSpec {
  const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
  return {
    name: 'convolution',
    precision,
    state: {},
    feeds: { x: float(n, h, w, cin), weight: float(k, k, cin, cout), bias: float(cout) },
    body: (_, { x, weight, bias }) => {
      let y: Tensor | undefined
      const { grads } = tf.valueAndGrads((...of: Tensor[]) => {
        const value = conv2d(of[0] as Tensor4D, of[1] as Tensor, of[2] as Tensor)
        y = tf.keep(value.clone())
        return meanSquare(value).mul(share)
      })([x as Tensor, weight as Tensor, bias as Tensor])
      const [dx, dWeight, dBias] = grads as [Tensor, Tensor, Tensor]
      return { fetches: { y: y as Tensor, dx, dWeight, dBias }, next: {} }
    },
  }
}

const fast = (spec: ProgramSpec): ProgramSpec => ({ ...spec, fastConvolutions: true })

const convolutionKernels = [
  'FlowerbedConv2D',
  'FlowerbedConv2DInputGradient',
  'FlowerbedConv2DWeightsGradient',
]
const groupNormKernels = ['FlowerbedGroupNorm', 'FlowerbedGroupNormGradient']
const resizeKernels = ['FlowerbedResizeBeside', 'FlowerbedResizeBesideGradient']

/** Sizes at the borders of the kernels' blocks: 14 pixels, 12 rows, 16 and 32 outputs, several images in a tile. */
const sizes: Size[] = [
  { n: 2, h: 28, w: 28, cin: 1, cout: 32, k: 3 },
  { n: 3, h: 7, w: 5, cin: 3, cout: 5, k: 3 },
  { n: 9, h: 2, w: 2, cin: 48, cout: 33, k: 3 },
  { n: 5, h: 4, w: 4, cin: 40, cout: 96, k: 3 },
  { n: 1, h: 9, w: 15, cin: 17, cout: 16, k: 5 },
  { n: 4, h: 16, w: 16, cin: 64, cout: 1, k: 1 },
  { n: 2, h: 1, w: 31, cin: 2, cout: 2, k: 3 },
  { n: 3, h: 7, w: 7, cin: 160, cout: 224, k: 3 },
]

/**
 * The tests of the kernels, on a machine that can run them.
 * @param expected what must be loaded; any kernels by default
 */
export function describeKernels(expected?: Kernels): void {
  if (!isSupported) {
    it.skip('Flowerbed’s kernels: they need Linux on x64 with AVX2')
    return
  }
  const { kernels } = loadTensorFlow({ device: 'cpu' })

  it('the kernels are loaded', () => {
    if (expected) expect(kernels).toEqual(expected)
    else expect(kernels).not.toBeNull()
  })

  describe('convolutions', () => {
    it('replace all of TensorFlow’s', () => {
      const used = operations(convolution(sizes[0] as Size))
      expect(used).toEqual(expect.arrayContaining(convolutionKernels))
      expect(used.filter((op) => /^Conv2D|^BiasAdd/.test(op))).toEqual([])
    })

    it.each(sizes)(
      'equal TensorFlow’s, with their gradients: $n × $h × $w × $cin → $cout, $k × $k',
      (size) => {
        compareKernels(convolution(size), convolutionKernels, 1e-5)
      },
    )

    it('equal TensorFlow’s for any size', () => {
      const size = fc.record({
        ...{ n: fc.integer({ min: 1, max: 5 }), h: fc.integer({ min: 1, max: 20 }) },
        ...{ w: fc.integer({ min: 1, max: 33 }), k: fc.constantFrom(1, 3, 5) },
        ...{ cin: fc.integer({ min: 1, max: 40 }), cout: fc.integer({ min: 1, max: 40 }) },
      })
      fc.assert(
        fc.property(size, (of) => compareKernels(convolution(of), convolutionKernels, 1e-5)),
        { numRuns: 25, seed: 7 },
      )
    })

    it('by fewer products equal TensorFlow’s for any size', () => {
      const size = fc.record({
        ...{ n: fc.integer({ min: 1, max: 5 }), h: fc.integer({ min: 1, max: 15 }) },
        ...{ w: fc.integer({ min: 1, max: 30 }), k: fc.constantFrom(1, 3, 3, 3) },
        ...{ cin: fc.constantFrom(8, 16, 20, 32, 48), cout: fc.constantFrom(8, 16, 20, 32, 48, 64) },
      })
      fc.assert(
        fc.property(size, (of) => {
          compareKernels(fast(convolution(of)), convolutionKernels, 1e-5)
          if (kernels?.bf16)
            expectClose(run(fast(convolution(of, 'bf16')), 'compiled'), run(convolution(of), 'eager'), 3e-2)
        }),
        { numRuns: 25, seed: 7 },
      )
    })

    it('are by fewer products only where a program asks for it', () => {
      const exact = convolution({ n: 2, h: 12, w: 12, cin: 32, cout: 32, k: 3 })
      expect(run(fast(exact), 'compiled')['y']).not.toEqual(run(exact, 'compiled')['y'])
    })

    it('return the same bits each time', () => {
      const spec = convolution(sizes[7] as Size)
      expect(operations(spec)).toEqual(expect.arrayContaining(convolutionKernels))
      for (const each of [spec, fast(spec)]) expect(run(each, 'compiled')).toEqual(run(each, 'compiled'))
    })
  })

  describe('products in 16 bits', () => {
    it.each(sizes.slice(0, 4))(
      'bf16 is rounded by the kernels where they can, else by TensorFlow: %j',
      (size) => {
        const exact = run(convolution(size), 'eager')
        const spec = convolution(size, 'bf16')
        if (kernels?.bf16) expect(operations(spec)).toEqual(expect.arrayContaining(convolutionKernels))
        const moreCasts = countCasts(spec) - countCasts(convolution(size))
        expect(moreCasts > 0).toBe(!kernels?.bf16)
        const rounded = run(spec, 'compiled')
        expectClose(rounded, exact, 2e-2)
        expect(rounded['y']).not.toEqual(exact['y'])
      },
    )

    it.each(['bf16', 'fp16'] as const)('%s with TensorFlow’s convolutions', (precision) => {
      withoutKernels(() => {
        const size = { n: 2, h: 8, w: 8, cin: 8, cout: 16, k: 3 }
        expect(operations(convolution(size, precision))).toContain('Conv2D')
        expect(countCasts(convolution(size, precision))).toBeGreaterThan(4)
        expectClose(run(convolution(size, precision), 'compiled'), run(convolution(size), 'eager'), 3e-2)
      })
    })

    it('fp16 preserves gradients that are smaller than it can represent', () => {
      withoutKernels(() => {
        const size = { n: 2, h: 6, w: 6, cin: 4, cout: 4, k: 3 }
        const rounded = convolution(size, 'fp16', 1e-9)
        expect(countCasts(rounded)).toBeGreaterThan(4)
        expectClose(run(rounded, 'compiled'), run(convolution(size, 'fp32', 1e-9), 'eager'), 3e-2)
      })
    })
  })

  describe('group normalisation', () => {
    const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
    const normalization = (of: {
      n: number
      h: number
      w: number
      c: number
      groups: number
      film: boolean
      offset: boolean
      relu: boolean
    }): ProgramSpec => {
      const { n, h, w, c, groups, film, offset, relu } = of
      const apply = ([x, scale, shift, filmScale, filmShift, added]: Tensor[]) =>
        groupNorm({
          ...{ x: x as Tensor4D, scale: scale as Tensor1D, shift: shift as Tensor1D, groups, relu },
          offset: offset ? (added as Tensor2D) : undefined,
          film: film ? { scale: filmScale as Tensor2D, shift: filmShift as Tensor2D } : undefined,
        })
      return {
        name: 'normalization',
        state: {},
        feeds: {
          x: float(n, h, w, c),
          scale: float(c),
          shift: float(c),
          filmScale: float(n, c),
          filmShift: float(n, c),
          offset: float(n, c),
          cotangent: float(n, h, w, c),
        },
        body: (_, { cotangent, ...feeds }) => {
          const { grads } = tf.valueAndGrads((...inputs: Tensor[]) => {
            // tfjs refuses an input that the value does not depend on.
            const unused = [...(film ? [] : inputs.slice(3, 5)), ...(offset ? [] : inputs.slice(5))]
            return unused.reduce(
              (sum, each) => sum.add(tf.sum(each)),
              tf.sum(apply(inputs).mul(cotangent as Tensor)),
            )
          })(Object.values(feeds))
          const gradients = Object.fromEntries(grads.map((grad, i) => [`d${i}`, grad]))
          return { fetches: { y: apply(Object.values(feeds)), ...gradients }, next: {} }
        },
      }
    }

    it.each([
      { n: 2, h: 28, w: 28, c: 32, groups: 1, film: false, offset: true, relu: true },
      { n: 3, h: 5, w: 7, c: 24, groups: 8, film: true, offset: false, relu: true },
      { n: 2, h: 3, w: 1, c: 6, groups: 2, film: true, offset: true, relu: false },
      { n: 1, h: 33, w: 3, c: 1, groups: 1, film: false, offset: false, relu: false },
    ])('equals that of TensorFlow’s operations, with its gradients: %j', (of) => {
      compareKernels(normalization(of), groupNormKernels, 2e-5)
    })
  })

  describeNormalizedConvolutions()

  describe('resizing and concatenation', () => {
    const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
    const join = (of: {
      from: [number, number, number]
      to: [number, number, number]
      method: ResizeMethod
    }): ProgramSpec => ({
      name: 'join',
      state: {},
      feeds: {
        x: float(3, ...of.from),
        skip: float(3, ...of.to),
        cotangent: float(3, of.to[0], of.to[1], of.from[2] + of.to[2]),
      },
      body: (_, { x, skip, cotangent }) => {
        const apply = ([small, other]: Tensor[]) =>
          resizeAndConcat(small as Tensor4D, other as Tensor4D, of.method)
        const inputs = [x as Tensor, skip as Tensor]
        const { grads } = tf.valueAndGrads((...given: Tensor[]) =>
          tf.sum(apply(given).mul(cotangent as Tensor)),
        )(inputs)
        return { fetches: { y: apply(inputs), dx: grads[0] as Tensor, dSkip: grads[1] as Tensor }, next: {} }
      },
    })

    it('equals TensorFlow’s operations, with its gradients, for any size', () => {
      const side = fc.integer({ min: 1, max: 15 })
      const size = fc.tuple(side, side, fc.integer({ min: 1, max: 40 }))
      fc.assert(
        fc.property(
          fc.record({ from: size, to: size, method: fc.constantFrom('bilinear', 'nearest') }),
          (of) => compareKernels(join(of), resizeKernels, 1e-5),
        ),
        { numRuns: 60, seed: 11 },
      )
    })
  })
}

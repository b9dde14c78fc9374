import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Precision } from '#shared/schemas/run-config.ts'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import type { Kernels } from '../../../src-main/engine/backend/tfjs.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import { lowered } from '../../../src-main/engine/graph/passes/lower.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { conv2d, groupNorm, meanSquare, relu } from '../../../src-main/engine/model/nets/ops.ts'
import { resizedBeside } from '../../../src-main/engine/model/nets/resize.ts'
import type { ResizeMethod } from '../../../src-main/engine/model/nets/resize.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'

let hasKernels = false
let hasBf16 = false

interface Size {
  n: number
  h: number
  w: number
  cin: number
  cout: number
  k: number
}

const values = (count: number, seed: number): Float32Array => {
  const uniform = uniformStream(seed, 0, 'noise')
  return Float32Array.from({ length: count }, () => 2 * uniform() - 1)
}

/** A convolution with bias, its gradients by everything that goes in, for the mean square of what comes out, times `share`. */
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

function run(spec: ProgramSpec, mode: 'eager' | 'compiled'): Values {
  const program = createProgram(spec, { mode })
  const feeds = Object.fromEntries(
    Object.entries(spec.feeds).map(([name, { shape }], i) => [
      name,
      values(tf.util.sizeFromShape(shape), i + 1),
    ]),
  )
  try {
    return program.run(feeds)
  } finally {
    program.dispose()
  }
}

/** The largest difference, as a share of the largest number. */
function expectClose(actual: Values, expected: Values, tolerance: number): void {
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name] as Float32Array
    expect(got).toHaveLength(wanted.length)
    let [largest, furthest] = [1e-30, 0]
    for (const [i, value] of wanted.entries()) {
      largest = Math.max(largest, Math.abs(value))
      furthest = Math.max(furthest, Math.abs(value - (got[i] ?? NaN)))
    }
    expect(furthest / largest, name).toBeLessThan(tolerance)
  }
}

const operations = (spec: ProgramSpec) =>
  lowered(spec, trace(spec), nodeBackend().binding).nodes.flatMap((node) =>
    node.kind === 'op' ? [node.op] : [],
  )

/** Sizes at the borders of the kernels' blocks: 14 places, 12 rows, 16 and 32 outputs, several images in a tile. */
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

/** What our own operations promise, with the instructions that this process was told to use (FLOWERBED_KERNELS). */
export function describeKernels(expected: (kernels: Kernels | null) => void): void {
  beforeAll(() => {
    const { kernels } = loadTensorFlow({ device: 'cpu' })
    expected(kernels)
    hasKernels = kernels !== null
    hasBf16 = kernels?.bf16 === true
  })

  describe('convolutions of our own', () => {
    it('stand in the graph where the processor has what they need', () => {
      const used = operations(convolution(sizes[0] as Size)).filter((op) => op.startsWith('Flowerbed'))
      expect(used.length > 0).toBe(hasKernels)
    })

    it.each(sizes)('are TensorFlow’s, with their gradients: $n × $h × $w × $cin → $cout, $k × $k', (size) => {
      const spec = convolution(size)
      expectClose(run(spec, 'compiled'), run(spec, 'eager'), 1e-5)
    })

    it('are for any size', () => {
      const size = fc.record({
        ...{ n: fc.integer({ min: 1, max: 5 }), h: fc.integer({ min: 1, max: 20 }) },
        ...{ w: fc.integer({ min: 1, max: 33 }), k: fc.constantFrom(1, 3, 5) },
        ...{ cin: fc.integer({ min: 1, max: 40 }), cout: fc.integer({ min: 1, max: 40 }) },
      })
      fc.assert(
        fc.property(size, (of) => {
          const spec = convolution(of)
          expectClose(run(spec, 'compiled'), run(spec, 'eager'), 1e-5)
        }),
        { numRuns: 25, seed: 7 },
      )
    })

    it('answer the same to the bit each time', () => {
      const spec = convolution(sizes[7] as Size)
      expect(run(spec, 'compiled')).toEqual(run(spec, 'compiled'))
    })
  })

  describe('products in 16 bits', () => {
    it.each(sizes.slice(0, 4))('bf16 is off by no more than its rounding: %j', (size) => {
      if (!hasBf16) {
        expect(operations(convolution(size, 'bf16'))).toContain('Cast')
        return
      }
      const exact = run(convolution(size), 'eager')
      const rounded = run(convolution(size, 'bf16'), 'compiled')
      expectClose(rounded, exact, 2e-2)
      expect(rounded['y']).not.toEqual(exact['y'])
    })

    it.each(['bf16', 'fp16'] as const)('%s around TensorFlow’s own convolutions', (precision) => {
      const { binding } = nodeBackend()
      const { kernels } = binding
      binding.kernels = undefined
      try {
        const size = { n: 2, h: 8, w: 8, cin: 8, cout: 16, k: 3 }
        expect(operations(convolution(size, precision)).filter((op) => op === 'Cast').length).toBeGreaterThan(
          4,
        )
        expectClose(run(convolution(size, precision), 'compiled'), run(convolution(size), 'eager'), 3e-2)
      } finally {
        binding.kernels = kernels
      }
    })

    it('fp16 tells gradients apart that are smaller than it can hold', () => {
      const { binding } = nodeBackend()
      const { kernels } = binding
      binding.kernels = undefined
      try {
        const size = { n: 2, h: 6, w: 6, cin: 4, cout: 4, k: 3 }
        expectClose(
          run(convolution(size, 'fp16', 1e-9), 'compiled'),
          run(convolution(size, 'fp32', 1e-9), 'eager'),
          3e-2,
        )
      } finally {
        binding.kernels = kernels
      }
    })
  })

  describe('group normalisation of our own', () => {
    const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
    const normalization = (of: {
      n: number
      h: number
      w: number
      c: number
      groups: number
      film: boolean
      moved: boolean
      cut: boolean
    }) => {
      const { n, h, w, c, groups, film, moved, cut } = of
      const spec: ProgramSpec = {
        name: 'normalization',
        state: {},
        feeds: {
          x: float(n, h, w, c),
          scale: float(c),
          shift: float(c),
          more: float(n, c),
          on: float(n, c),
          offset: float(n, c),
          by: float(n, h, w, c),
        },
        body: (_, { by, ...feeds }) => {
          const { grads } = tf.valueAndGrads((...[x, scale, shift, more, on, offset]: Tensor[]) => {
            const y = groupNorm({
              ...{ x: x as Tensor4D, scale: scale as Tensor1D, shift: shift as Tensor1D, groups, relu: cut },
              offset: moved ? (offset as Tensor2D) : undefined,
              film: film ? { scale: more as Tensor2D, shift: on as Tensor2D } : undefined,
            })
            const unused = [...(film ? [] : [more, on]), ...(moved ? [] : [offset])] as Tensor[]
            return unused.reduce((sum, each) => sum.add(tf.sum(each)), tf.sum(y.mul(by as Tensor)))
          })(Object.values(feeds))
          const plain = groupNorm({
            ...{
              x: feeds['x'] as Tensor4D,
              scale: feeds['scale'] as Tensor,
              shift: feeds['shift'] as Tensor,
              groups,
            },
          })
          return {
            fetches: {
              y: cut ? relu(plain) : plain,
              ...Object.fromEntries(grads.map((grad, i) => [`d${i}`, grad])),
            },
            next: {},
          }
        },
      }
      return spec
    }

    it.each([
      { n: 2, h: 28, w: 28, c: 32, groups: 1, film: false, moved: true, cut: true },
      { n: 3, h: 5, w: 7, c: 24, groups: 8, film: true, moved: false, cut: true },
      { n: 2, h: 3, w: 1, c: 6, groups: 2, film: true, moved: true, cut: false },
      { n: 1, h: 33, w: 3, c: 1, groups: 1, film: false, moved: false, cut: false },
    ])('is the one by TensorFlow’s operations, with its gradients: %j', (of) => {
      const spec = normalization(of)
      expect(operations(spec).includes('FlowerbedGroupNorm')).toBe(hasKernels)
      expectClose(run(spec, 'compiled'), run(spec, 'eager'), 2e-5)
    })
  })

  describe('resizing beside others', () => {
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
        other: float(3, ...of.to),
        by: float(3, of.to[0], of.to[1], of.from[2] + of.to[2]),
      },
      body: (_, { x, other, by }) => {
        const { grads } = tf.valueAndGrads((...given: Tensor[]) =>
          tf.sum(resizedBeside(given[0] as Tensor4D, given[1] as Tensor4D, of.method).mul(by as Tensor)),
        )([x as Tensor, other as Tensor])
        const y = resizedBeside(x as Tensor4D, other as Tensor4D, of.method)
        return { fetches: { y, dx: grads[0] as Tensor, dOther: grads[1] as Tensor }, next: {} }
      },
    })

    it('stands in the graph where the processor has what it needs', () => {
      const spec = join({ from: [2, 2, 4], to: [4, 4, 4], method: 'nearest' })
      expect(operations(spec).includes('FlowerbedResizeBeside')).toBe(hasKernels)
    })

    it('is by TensorFlow’s operations, with its gradients, for any size', () => {
      const side = fc.integer({ min: 1, max: 15 })
      const size = fc.tuple(side, side, fc.integer({ min: 1, max: 40 }))
      fc.assert(
        fc.property(
          fc.record({ from: size, to: size, method: fc.constantFrom('bilinear', 'nearest') }),
          (of) => {
            const spec = join(of)
            expectClose(run(spec, 'compiled'), run(spec, 'eager'), 1e-5)
          },
        ),
        { numRuns: 60, seed: 11 },
      )
    })
  })
}

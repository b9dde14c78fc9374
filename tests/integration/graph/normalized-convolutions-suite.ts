import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { groupNorm } from '../../../src-main/engine/model/nets/group-norm.ts'
import { conv2d } from '../../../src-main/engine/model/nets/ops.ts'
import { compareKernels, operations } from './kernel-comparison.ts'

/** The tests of a normalisation and a convolution as one operation, where kernels are loaded. */
export function describeNormalizedConvolutions(): void {
  describe('normalised convolutions', () => {
    const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
    const fused = (of: {
      cin: number
      cout: number
      k: number
      relu: boolean
      add: boolean
      more?: boolean
    }): ProgramSpec => {
      const { cin, cout, k, relu, add, more = false } = of
      const [n, h, w] = [3, 9, 7]
      const rows = {
        scale: float(cin),
        shift: float(cin),
        filmScale: float(n, cin),
        filmShift: float(n, cin),
      }
      return {
        name: 'fused',
        fastConvolutions: true,
        state: {},
        feeds: {
          ...{ x: float(n, h, w, cin), ...rows, skip: float(n, h, w, cout) },
          ...{ weight: float(k, k, cin, cout), bias: float(cout) },
        },
        body: (_, { x, scale, shift, filmScale, filmShift, weight, bias, skip }) => {
          const film = { scale: filmScale as Tensor2D, shift: filmShift as Tensor2D }
          const normalized = groupNorm({
            ...{ x: x as Tensor4D, scale: scale as Tensor1D, shift: shift as Tensor1D },
            ...{ groups: 8, film, relu },
          })
          const y = conv2d(normalized, weight as Tensor, bias as Tensor)
          return {
            fetches: { y: add ? y.add(skip as Tensor) : y, ...(more ? { normalized } : {}) },
            next: {},
          }
        },
      }
    }

    it.each([
      { cin: 32, cout: 64, k: 3, relu: true, add: true },
      { cin: 96, cout: 32, k: 3, relu: true, add: false },
      { cin: 64, cout: 64, k: 3, relu: false, add: true },
    ])('are one operation that equals TensorFlow’s: %j', (of) => {
      const used = operations(fused(of))
      expect(used).not.toContain('FlowerbedGroupNorm')
      compareKernels(fused(of), [`FlowerbedNormalizedConv2D${of.add ? 'Add' : ''}`], 2e-5)
    })

    it.each([
      { cin: 48, cout: 32, k: 3, relu: true, add: true },
      { cin: 32, cout: 32, k: 1, relu: true, add: true },
      { cin: 32, cout: 32, k: 3, relu: true, add: true, more: true },
    ])('are two operations of other sizes, or where the images are read: %j', (of) => {
      compareKernels(fused(of), ['FlowerbedGroupNorm', 'FlowerbedConv2D'], 2e-5)
    })
  })
}

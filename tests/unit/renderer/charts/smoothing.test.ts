import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { smooth, Smoother, SmoothingCache } from '../../../../src-renderer/charts/smoothing.ts'

const weight = fc.double({ min: 0, max: 0.99, noNaN: true })
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })

/** As TensorBoard computes it: a biased mean, divided by its missing weight. */
function reference(values: number[], w: number): number[] {
  let last = 0
  return values.map((v, i) => {
    last = last * w + (1 - w) * v
    return last / (1 - w ** (i + 1))
  })
}

describe('smoothing', () => {
  it('leaves a constant as it is', () => {
    fc.assert(
      fc.property(value, weight, fc.integer({ min: 1, max: 500 }), (constant, w, length) => {
        // Adding 0 makes -0 the 0 it is shown as.
        const values = new Float64Array(length).fill(constant + 0)
        expect(smooth(values, w)).toEqual(values)
      }),
    )
  })

  it('with weight 0 changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(value, fc.constant(NaN))), (list) => {
        expect([...smooth(Float64Array.from(list), 0)]).toEqual(list)
      }),
    )
  })

  it('is what TensorBoard shows', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), weight, (list, w) => {
        const expected = reference(list, w)
        smooth(Float64Array.from(list), w).forEach((v, i) => {
          expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-6)
        })
      }),
    )
  })

  it('stays between the lowest and the highest number', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), weight, (list, w) => {
        const smoothed = smooth(Float64Array.from(list), w)
        expect(Math.min(...smoothed)).toBeGreaterThanOrEqual(Math.min(...list) - 1e-6)
        expect(Math.max(...smoothed)).toBeLessThanOrEqual(Math.max(...list) + 1e-6)
      }),
    )
  })

  it('skips what is missing', () => {
    const smoothed = smooth(Float64Array.of(1, NaN, 2), 0.5)
    expect(smoothed[1]).toBeNaN()
    expect(smoothed[2]).toBeCloseTo(5 / 3)
  })

  it('computed piece by piece is the same as at once', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 100 }), fc.nat(100), weight, (list, split, w) => {
        const values = Float64Array.from(list)
        const smoother = new Smoother(w)
        smoother.update(values.subarray(0, Math.min(split, values.length)))
        expect(smoother.update(values)).toEqual(smooth(values, w))
      }),
    )
  })
})

describe('SmoothingCache', () => {
  const storeOf = (losses: number[]) => {
    const store = new SeriesStore()
    losses.forEach((loss, step) => store.add({ step, seconds: step, values: { loss, kl: -loss } }))
    return store
  }
  const of = (store: SeriesStore) => [...store.values('loss')]

  it('follows each series as points are added, and starts again when points are removed', () => {
    const cache = new SmoothingCache()
    const [a, b] = [storeOf([1, 2, 3]), storeOf([9, 7])]
    const smoothed = (store: SeriesStore) => cache.smooth(store, { metric: 'loss', weight: 0.5 }).smoothed
    for (const store of [a, b]) expect(smoothed(store)).toEqual(smooth(Float64Array.from(of(store)), 0.5))
    a.add({ step: 3, seconds: 3, values: { loss: 8 } })
    expect(smoothed(a)).toEqual(smooth(Float64Array.of(1, 2, 3, 8), 0.5))
    a.add({ step: 1, seconds: 9, values: { loss: 5 } })
    expect(smoothed(a)).toEqual(smooth(Float64Array.of(1, 5), 0.5))
  })

  it('tells metrics and weights apart', () => {
    const cache = new SmoothingCache()
    const store = storeOf([1, 2, 4])
    expect([...cache.smooth(store, { metric: 'loss', weight: 0 }).smoothed]).toEqual([1, 2, 4])
    expect(cache.smooth(store, { metric: 'loss', weight: 0.9 }).smoothed[2]).toBeLessThan(3)
    expect([...cache.smooth(store, { metric: 'kl', weight: 0 }).smoothed]).toEqual([-1, -2, -4])
  })
})

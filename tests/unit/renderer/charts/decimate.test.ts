import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimate as decimateColumns } from '../../../../src-renderer/charts/decimate.ts'
import type { DecimateRange } from '../../../../src-renderer/charts/decimate.ts'
import { BlockExtremes } from '../../../../src-renderer/charts/extremes.ts'

const curve = fc
  .array(fc.record({ gap: fc.integer({ min: 0, max: 5 }), a: fc.double(), b: fc.double() }), {
    minLength: 1,
    maxLength: 900,
  })
  .map((rows) => {
    let at = 0
    return {
      x: Float64Array.from(rows, ({ gap }) => (at += gap)),
      a: Float64Array.from(rows, (row) => row.a),
      b: Float64Array.from(rows, (row) => row.b),
    }
  })

/** With the extremes of blocks and without them the same points are kept. */
function decimate(x: Float64Array, columns: Float64Array[], range: DecimateRange): number[] {
  const plain = columns.map((values) => ({ values }))
  const kept = decimateColumns(x, plain, range)
  const known = columns.map((values) => ({
    values,
    // Grown as a curve in training grows.
    blocks: new BlockExtremes().update(values.subarray(0, values.length / 2)).update(values),
  }))
  expect(decimateColumns(x, known, range)).toEqual(kept)
  return kept
}

const drawable = (values: Float64Array, floor = -Infinity): number[] => [...values].filter((v) => v > floor)

describe('decimate', () => {
  it('keeps order, extremes and ends, in few points', () => {
    fc.assert(
      fc.property(
        curve,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(-Infinity, 0),
        ({ x, a, b }, buckets, floor) => {
          const range = { from: 0, to: x.length, min: x[0]!, max: x.at(-1)!, buckets, floor }
          const kept = decimate(x, [a, b], range)
          expect(kept.every((i, k) => k === 0 || i > kept[k - 1]!)).toBe(true)
          expect(kept.length).toBeLessThanOrEqual(4 * (buckets + 2) + 2)
          for (const values of [a, b]) {
            const all = drawable(values, floor)
            const left = drawable(
              Float64Array.from(kept, (i) => values[i]!),
              floor,
            )
            if (all.length === 0) continue
            expect(Math.min(...left)).toBe(Math.min(...all))
            expect(Math.max(...left)).toBe(Math.max(...all))
          }
          const some = [...x.keys()].filter((i) => a[i]! > floor || b[i]! > floor)
          expect(kept[0]).toBe(some[0])
          expect(kept.at(-1)).toBe(some.at(-1))
        },
      ),
    )
  })

  it('keeps the extremes of every bucket', () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 1, max: 20 }), ({ x, a }, buckets) => {
        const min = x[0]!
        const max = x.at(-1)!
        const bucket = (i: number): number =>
          max > min ? Math.min(buckets - 1, Math.floor((x[i]! - min) * (buckets / (max - min)))) : 0
        const kept = decimate(x, [a], { from: 0, to: x.length, min, max, buckets })
        for (let n = 0; n < buckets; n++) {
          const all = [...x.keys()].filter((i) => bucket(i) === n && a[i]! > -Infinity).map((i) => a[i]!)
          const left = kept.filter((i) => bucket(i) === n).map((i) => a[i]!)
          if (all.length === 0) continue
          expect([Math.min(...left), Math.max(...left)]).toEqual([Math.min(...all), Math.max(...all)])
        }
      }),
    )
  })

  it('keeps everything that fits', () => {
    const x = Float64Array.of(1, 2, 3, 4)
    expect(
      decimate(x, [Float64Array.of(1, NaN, 1, 1)], { from: 0, to: 4, min: 1, max: 4, buckets: 10 }),
    ).toEqual([0, 2, 3])
  })

  it('keeps the neighbours beyond the edges', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i)
    const kept = decimate(x, [x], { from: 99, to: 902, min: 100, max: 900, buckets: 4 })
    expect(kept[0]).toBe(99)
    expect(kept.at(-1)).toBe(901)
  })
})

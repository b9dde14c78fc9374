import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mixCodes, mixDetails } from '../../../../src-main/engine/sampling/mixed-latents.ts'

const lengthOf = (values: Float32Array) => Math.hypot(...values)
const numbers = (count: number) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: count, maxLength: count })

describe('mixCodes', () => {
  const codes = Float32Array.of(1, 0, 0, 1)

  it('gives each code where its weight is 1, whatever the mode', () => {
    for (const mode of ['slerp', 'lerp'] as const) {
      const weights = [
        [1, 0],
        [0, 1],
      ]
      expect(mixCodes({ count: 2, codes }, { weights, mode })).toEqual(codes)
    }
  })

  it('keeps the length between codes with slerp, and shortens it on the line', () => {
    const weights = [[0.5, 0.5]]
    const root = Math.SQRT1_2
    const sphere = mixCodes({ count: 2, codes }, { weights, mode: 'slerp' })
    expect([...sphere]).toEqual([expect.closeTo(root, 6), expect.closeTo(root, 6)])
    expect([...mixCodes({ count: 2, codes }, { weights, mode: 'lerp' })]).toEqual([0.5, 0.5])
  })

  it('has the mean length of any codes by their weights', () => {
    fc.assert(
      fc.property(numbers(4), numbers(4), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
        const both = Float32Array.from([...a, ...b])
        const mixed = mixCodes({ count: 2, codes: both }, { weights: [[1 - share, share]], mode: 'slerp' })
        const wanted = (1 - share) * lengthOf(both.subarray(0, 4)) + share * lengthOf(both.subarray(4))
        const line = mixCodes({ count: 2, codes: both }, { weights: [[1 - share, share]], mode: 'lerp' })
        fc.pre(lengthOf(line) > 1e-3)
        expect(lengthOf(mixed)).toBeCloseTo(wanted, 3)
      }),
    )
  })

  it('stays finite between opposite codes', () => {
    const opposite = Float32Array.of(1, 2, -1, -2)
    const mixed = mixCodes({ count: 2, codes: opposite }, { weights: [[0.5, 0.5]], mode: 'slerp' })
    expect([...mixed]).toEqual([0, 0])
  })
})

describe('mixDetails', () => {
  const details = Float32Array.of(0, 1)

  it('leaves the latent of an image as it is, and is that of the sample from a third of the way on', () => {
    const values = Float32Array.of(1, 0, 1, 0, 1, 0)
    const weights = [
      [1, 0],
      [2 / 3, 1 / 3],
      [0.5, 0.5],
    ]
    mixDetails(values, { weights, details })
    const expected = [1, 0, 0, 1, 0, 1].map((value) => expect.closeTo(value, 6) as number)
    expect([...values]).toEqual(expected)
  })

  it('turns on a sphere on the way there', () => {
    const values = Float32Array.of(1, 0)
    mixDetails(values, { weights: [[5 / 6, 1 / 6]], details })
    expect([...values]).toEqual([expect.closeTo(Math.SQRT1_2, 6), expect.closeTo(Math.SQRT1_2, 6)])
  })

  it('leaves a fourth corner that is computed from three images alone', () => {
    const values = Float32Array.of(3, 4)
    mixDetails(values, { weights: [[-1, 1, 1]], details })
    expect([...values]).toEqual([3, 4])
  })
})

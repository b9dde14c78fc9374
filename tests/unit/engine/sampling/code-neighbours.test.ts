import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeNeighbours, moveToNeighbours } from '../../../../src-main/engine/sampling/code-neighbours.ts'

const half = [[0.5, 0.5]]

describe('codeNeighbours', () => {
  it('goes by the distance of neighbours, whatever is repeated', () => {
    const codes = Float32Array.of(0, 0, 0, 0, 3, 4, 3, 4)
    expect(codeNeighbours(codes, 2)?.bandwidth).toBeCloseTo(0.3 * 5, 6)
  })

  it('has nothing to go by where all codes are the same', () => {
    expect(codeNeighbours(Float32Array.of(1, 2, 1, 2), 2)).toBeNull()
    expect(codeNeighbours(new Float32Array(0), 2)).toBeNull()
  })
})

describe('moveToNeighbours', () => {
  it('goes half of the way to the only neighbour that is near, a quarter at a quarter of the path', () => {
    const neighbours = { codes: Float32Array.of(0, 1, 100, 100), codeSize: 2, bandwidth: 1 }
    for (const [share, height] of [
      [0.5, 0.5],
      [0.25, 0.25],
    ] as const) {
      const mixed = Float32Array.of(0, 0)
      moveToNeighbours(mixed, { weights: [[1 - share, share]], neighbours })
      expect([...mixed]).toEqual([expect.closeTo(0, 6), expect.closeTo(height, 6)])
    }
  })

  it('follows the gradient of the logarithm of the density, by half the squared bandwidth', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (codes, bandwidth) => {
          const logDensity = (x: number, y: number) =>
            Math.log(
              [0, 2, 4].reduce(
                (sum, i) =>
                  sum +
                  Math.exp(
                    -((x - (codes[i] ?? 0)) ** 2 + (y - (codes[i + 1] ?? 0)) ** 2) / (2 * bandwidth ** 2),
                  ),
                0,
              ),
            )
          const mixed = Float32Array.of(0.25, -0.5)
          moveToNeighbours(mixed, {
            weights: half,
            neighbours: { codes: Float32Array.from(codes), codeSize: 2, bandwidth },
          })
          const d = 1e-4
          const slope = [
            (logDensity(0.25 + d, -0.5) - logDensity(0.25 - d, -0.5)) / (2 * d),
            (logDensity(0.25, -0.5 + d) - logDensity(0.25, -0.5 - d)) / (2 * d),
          ]
          expect(mixed[0]).toBeCloseTo(0.25 + (bandwidth ** 2 / 2) * (slope[0] ?? 0), 4)
          expect(mixed[1]).toBeCloseTo(-0.5 + (bandwidth ** 2 / 2) * (slope[1] ?? 0), 4)
        },
      ),
    )
  })

  it('leaves the codes of images, and a fourth corner that is computed from three', () => {
    const neighbours = { codes: Float32Array.of(0, 1), codeSize: 2, bandwidth: 1 }
    const mixed = Float32Array.of(1, 2, 3, 4, 5, 6)
    moveToNeighbours(mixed, {
      weights: [
        [1, 0, 0],
        [0, 0, 1],
        [-1, 1, 1],
      ],
      neighbours,
    })
    expect([...mixed]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('stays finite far from all neighbours', () => {
    const mixed = Float32Array.of(1e4, 0)
    moveToNeighbours(mixed, {
      weights: half,
      neighbours: { codes: Float32Array.of(0, 1, 0, 2), codeSize: 2, bandwidth: 0.1 },
    })
    expect([...mixed].every(Number.isFinite)).toBe(true)
  })
})

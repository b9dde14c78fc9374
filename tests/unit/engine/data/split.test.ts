import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitImages } from '../../../../src-main/engine/data/split.ts'

test('every image is on one side, the share is kept, and the same seed splits the same', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 500 }),
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      fc.nat(1000),
      (count, share, seed) => {
        const { training, validation } = splitImages({ count, share, seed })
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        )
        expect(training.length).toBeGreaterThan(0)
        expect(Math.abs(validation.length - count * share)).toBeLessThanOrEqual(1)
        expect(splitImages({ count, share, seed })).toEqual({ training, validation })
      },
    ),
  )
})

test('without a share, or with a single image, all are trained on', () => {
  expect(splitImages({ count: 3, share: 0, seed: 1 }).validation).toHaveLength(0)
  expect(splitImages({ count: 1, share: 0.5, seed: 1 }).training).toEqual(Uint32Array.of(0))
})

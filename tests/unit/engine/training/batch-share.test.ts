import fc from 'fast-check'
import { expect, test } from 'vitest'
import { feedsOfShare, splitBatch } from '../../../../src-main/engine/training/batch-share.ts'

test('a batch is split by speed, the remainder to those that are short the most', () => {
  expect(splitBatch(12, [1, 1])).toEqual([
    { first: 0, length: 6 },
    { first: 6, length: 6 },
  ])
  expect(splitBatch(10, [1, 2, 1.2]).map(({ length }) => length)).toEqual([2, 5, 3])
  expect(splitBatch(4, [1, 1000, 1]).map(({ length }) => length)).toEqual([1, 2, 1])
})

test('the shares of any batch are adjacent, have an image each and add up to it', () => {
  const speeds = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(speeds, fc.integer({ min: 0, max: 200 }), (each, more) => {
      const batch = each.length + more
      const shares = splitBatch(batch, each)
      let next = 0
      for (const { first, length } of shares) {
        expect(first).toBe(next)
        expect(length).toBeGreaterThan(0)
        next += length
      }
      expect(next).toBe(batch)
    }),
  )
})

test('a share is given its rows of every batch of a step, and all other feeds', () => {
  const config = { batch: 3, accumulate: 2 }
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i)
  const seed = Int32Array.of(7, 8)
  const share = { first: 1, length: 2 }
  expect(feedsOfShare({ pixels, seed }, { config, share, names: ['pixels'] })).toEqual({
    pixels: Uint8Array.of(2, 3, 4, 5, 8, 9, 10, 11),
    seed,
  })
})

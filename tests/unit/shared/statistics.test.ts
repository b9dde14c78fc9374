import { expect, test } from 'vitest'
import { meanWithError } from '#shared/statistics.ts'

test('the standard error is the sample deviation over the root of the count', () => {
  // 2, 4, 9: mean 5, squares 9 + 1 + 16 = 26, variance 13, over √3.
  expect(meanWithError([2, 4, 9])).toEqual({ mean: 5, standardError: Math.sqrt(13 / 3), count: 3 })
  expect(meanWithError([7, 7])).toEqual({ mean: 7, standardError: 0, count: 2 })
})

test('a single value has no error, and what is not a number does not count', () => {
  expect(meanWithError([3, NaN])).toEqual({ mean: 3, standardError: null, count: 1 })
  expect(meanWithError([NaN, Infinity])).toBeNull()
  expect(meanWithError([])).toBeNull()
})

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  assignedParts,
  assignedTogether,
  bestAssignment,
} from '../../../../src-main/engine/data/assignment.ts'

const scoreOf = (scores: ArrayLike<number>, columns: ArrayLike<number>) =>
  Array.from(columns).reduce((sum, column, row) => sum + (scores[row * columns.length + column] ?? NaN), 0)

/** The largest sum of scores of all permutations. */
function largestScore(scores: ArrayLike<number>, n: number, columns: number[] = []): number {
  if (columns.length === n) return scoreOf(scores, columns)
  const left = Array.from({ length: n }, (_, column) => column).filter((column) => !columns.includes(column))
  return Math.max(...left.map((column) => largestScore(scores, n, [...columns, column])))
}

const matrices = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    scores: fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
      minLength: n * n,
      maxLength: n * n,
    }),
  }),
)

it('gives each row another column, with the largest sum of all permutations', () => {
  fc.assert(
    fc.property(matrices, ({ n, scores }) => {
      const columns = bestAssignment(Float32Array.from(scores), n)
      expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      expect(scoreOf(scores, columns)).toBeCloseTo(largestScore(scores, n), 3)
    }),
  )
})

it('finds a hidden permutation among many', () => {
  const n = assignedTogether
  const hidden = Array.from({ length: n }, (_, row) => (row * 37 + 11) % n)
  const scores = new Float32Array(n * n)
  hidden.forEach((column, row) => (scores[row * n + column] = 1))
  expect([...bestAssignment(scores, n)]).toEqual(hidden)
})

it('splits long lists evenly into parts that follow one another', () => {
  expect(assignedParts(3)).toEqual([{ first: 0, length: 3 }])
  expect(assignedParts(assignedTogether)).toHaveLength(1)
  const count = 2 * assignedTogether + 1
  const parts = assignedParts(count)
  expect(parts).toHaveLength(3)
  parts.forEach(({ first }, i) => {
    const before = parts[i - 1]
    expect(first).toBe(before ? before.first + before.length : 0)
  })
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(count)
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(assignedTogether)
})

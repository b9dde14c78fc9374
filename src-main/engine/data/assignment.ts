import { munkres } from 'munkres'

/** Longer lists are assigned in parts of at most this many, whose optimum takes some 30 ms. */
export const assignedTogether = 256

/** The parts of a list of `count` that are assigned each on its own, as even as possible. */
export function assignedParts(count: number): { first: number; length: number }[] {
  const parts = Math.ceil(count / assignedTogether)
  const start = (part: number) => Math.floor((part * count) / parts)
  return Array.from({ length: parts }, (_, part) => ({
    first: start(part),
    length: start(part + 1) - start(part),
  }))
}

/**
 * The assignment of n columns to n rows that has the largest sum of scores (the Hungarian algorithm; Munkres 1957).
 * @param scores `[n, n]`, row by row @returns the column of each row: a permutation
 */
export function bestAssignment(scores: Float32Array, n: number): Int32Array {
  const costs = Array.from({ length: n }, (_, row) =>
    Array.from(scores.subarray(row * n, (row + 1) * n), (score) => -score),
  )
  const columns = new Int32Array(n)
  for (const [row, column] of munkres(costs)) columns[row] = column
  return columns
}

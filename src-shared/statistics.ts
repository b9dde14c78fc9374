/** Mean of a few values with its standard error. */
export interface MeanWithError {
  mean: number
  /** Sample standard deviation over √n; null for a single value, which says nothing of the spread. */
  standardError: number | null
  count: number
}

/** Mean and standard error s/√n with s² = Σ(x − mean)²/(n − 1), of the values that are numbers; null without any. */
export function meanWithError(values: readonly number[]): MeanWithError | null {
  const numbers = values.filter((value) => Number.isFinite(value))
  const count = numbers.length
  if (count === 0) return null
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count
  if (count === 1) return { mean, standardError: null, count }
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count), count }
}

/** The median of at least one number: the mean of the middle two where their count is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

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

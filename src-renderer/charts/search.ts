/** First index whose value is not less than `value`, in ascending numbers. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** First index whose value is greater than `value`, in ascending numbers. */
export function upperBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The nearest index from `at` on, going by `direction`, where `values` is above `floor`; -1 if there is none. */
export function nextAbove(
  values: Float64Array,
  at: number,
  { direction, floor }: { direction: 1 | -1; floor: number },
): number {
  for (let i = at; i >= 0 && i < values.length; i += direction) {
    if ((values[i] ?? NaN) > floor) return i
  }
  return -1
}

/** Index of the point nearest to `x` along `xs` among those that have a value above `floor`; -1 if none has. */
export function nearestPoint(
  xs: Float64Array,
  values: Float64Array,
  { x, floor }: { x: number; floor: number },
): number {
  const at = lowerBound(xs, x)
  const right = nextAbove(values, at, { direction: 1, floor })
  const left = nextAbove(values, Math.min(at, xs.length) - 1, { direction: -1, floor })
  if (left < 0 || right < 0) return Math.max(left, right)
  return x - (xs[left] ?? NaN) <= (xs[right] ?? NaN) - x ? left : right
}

import { extremesOf } from './extremes.ts'
import type { ExtremesColumn } from './extremes.ts'

export interface DecimateRange {
  /** Indices [from, to) to choose from. */
  from: number
  to: number
  /** The x range that `buckets` divide; points beyond either end form one more bucket. */
  min: number
  max: number
  /** Usually the plot's width in device pixels. */
  buckets: number
  /** Numbers not above it are left out, as are NaN; -Infinity when absent. */
  floor?: number
}

/**
 * Indices to draw: of each bucket the lowest and highest point of every column, and the first and last of all,
 * in order. The drawn line covers the same pixels as the whole curve would. `x` must not fall.
 */
export function decimate(
  x: Float64Array,
  columns: readonly ExtremesColumn[],
  range: DecimateRange,
): number[] {
  const { from, to, min, max, floor = -Infinity } = range
  const buckets = Math.max(1, Math.floor(range.buckets))
  const hasNumber = (i: number) => columns.some(({ values }) => (values[i] ?? NaN) > floor)
  const kept: number[] = []
  if (to - from <= 2 * buckets) {
    for (let i = from; i < to; i++) if (hasNumber(i)) kept.push(i)
    return kept
  }
  const scale = max > min ? buckets / (max - min) : 0
  const bucketAt = (i: number) => bucketOf(x[i] ?? NaN, { min, max, scale, buckets })

  for (let start = from; start < to;) {
    const end = firstBeyond(bucketAt, start, to)
    const found = columns.map((column) => extremesOf(column, { from: start, to: end, floor }))
    const picked = found.flatMap(({ low, high }) => [low, high]).filter((i) => i >= 0)
    for (const i of picked.sort((a, b) => a - b)) if (kept.at(-1) !== i) kept.push(i)
    start = end
  }
  if (kept.length === 0) return kept
  let first = from
  while (!hasNumber(first)) first++
  let last = to - 1
  while (!hasNumber(last)) last--
  if (kept[0] !== first) kept.unshift(first)
  if (kept.at(-1) !== last) kept.push(last)
  return kept
}

/** The first index after `start` whose bucket is another, or `to`. */
function firstBeyond(bucketAt: (i: number) => number, start: number, to: number): number {
  const bucket = bucketAt(start)
  // Buckets hold about as many points each: looking for the end in growing strides is quicker than halving all.
  let stride = 16
  let low = start
  while (low + stride < to && bucketAt(low + stride) === bucket) {
    low += stride
    stride *= 2
  }
  let high = Math.min(to, low + stride)
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (bucketAt(middle) === bucket) low = middle
    else high = middle
  }
  return high
}

function bucketOf(
  x: number,
  { min, max, scale, buckets }: { min: number; max: number; scale: number; buckets: number },
): number {
  if (x < min) return -1
  if (x > max) return buckets
  return Math.min(buckets - 1, Math.floor((x - min) * scale))
}

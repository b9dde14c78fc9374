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
 * in order. The drawn line covers the same pixels as the whole curve would.
 */
export function decimate(x: Float64Array, columns: readonly Float64Array[], range: DecimateRange): number[] {
  const { from, to, min, max, floor = -Infinity } = range
  const buckets = Math.max(1, Math.floor(range.buckets))
  const scale = max > min ? buckets / (max - min) : 0
  const all = to - from <= 2 * buckets
  const low = columns.map(() => -1)
  const high = columns.map(() => -1)
  const kept: number[] = []
  let bucket = -2
  let first = -1
  let last = -1

  function flush(): void {
    const picked = [...low, ...high].filter((i) => i >= 0).sort((a, b) => a - b)
    for (const i of picked) if (kept.at(-1) !== i) kept.push(i)
    low.fill(-1)
    high.fill(-1)
  }

  for (let i = from; i < to; i++) {
    const here = all ? i : bucketOf(x[i] ?? NaN, { min, max, scale, buckets })
    if (here !== bucket) {
      flush()
      bucket = here
    }
    for (let c = 0; c < columns.length; c++) {
      const values = columns[c]
      const value = values?.[i] ?? NaN
      if (values === undefined || !(value > floor)) continue
      if (first < 0) first = i
      last = i
      const lowest = values[low[c] ?? -1]
      const highest = values[high[c] ?? -1]
      if (lowest === undefined || value < lowest) low[c] = i
      if (highest === undefined || value > highest) high[c] = i
    }
  }
  flush()
  if (first >= 0 && kept[0] !== first) kept.unshift(first)
  if (last >= 0 && kept.at(-1) !== last) kept.push(last)
  return kept
}

function bucketOf(
  x: number,
  { min, max, scale, buckets }: { min: number; max: number; scale: number; buckets: number },
): number {
  if (x < min) return -1
  if (x > max) return buckets
  return Math.min(buckets - 1, Math.floor((x - min) * scale))
}

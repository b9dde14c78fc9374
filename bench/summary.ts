/** Median and range of several timings of the same thing. */
export interface Summary {
  median: number
  min: number
  max: number
}

/** @throws RangeError without values */
export function summarize(values: number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [high, low] = [sorted[middle], sorted[sorted.length % 2 === 1 ? middle : middle - 1]]
  if (high === undefined || low === undefined) throw new RangeError('Nothing was timed.')
  return { median: (high + low) / 2, min: sorted[0] as number, max: sorted.at(-1) as number }
}

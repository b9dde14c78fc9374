/** Values of a block. */
const blockSize = 64

/** Indices of the lowest and highest value of a range; -1 where there is none. */
export interface Extremes {
  low: number
  high: number
}

/** A column of a curve, with the extremes of its blocks where it is long. */
export interface ExtremesColumn {
  values: Float64Array
  blocks?: BlockExtremes
}

/** The extremes of each whole block of a column that grows, so that those of a long range are found at once. */
export class BlockExtremes {
  /** -1 where a block has no number. */
  private low = new Int32Array(0)
  private high = new Int32Array(0)
  private done = 0

  /** Blocks that are known. */
  get count(): number {
    return this.done
  }

  /** Measures the blocks that are new at the end of `values`; what was there must not have changed. */
  update(values: Float64Array): this {
    const count = Math.floor(values.length / blockSize)
    if (count > this.low.length) {
      const length = Math.max(count, 2 * this.low.length)
      this.low = longer(this.low, length)
      this.high = longer(this.high, length)
    }
    for (; this.done < count; this.done++) {
      const found: Extremes = { low: -1, high: -1 }
      const from = this.done * blockSize
      scan(found, values, { from, to: from + blockSize, floor: -Infinity })
      this.low[this.done] = found.low
      this.high[this.done] = found.high
    }
    return this
  }

  lowOf(block: number): number {
    return this.low[block] ?? -1
  }

  highOf(block: number): number {
    return this.high[block] ?? -1
  }
}

/** The extremes among the numbers above `floor` of [from, to); of equal ones the first. */
export function extremesOf(
  { values, blocks }: ExtremesColumn,
  { from, to, floor }: { from: number; to: number; floor: number },
): Extremes {
  const found: Extremes = { low: -1, high: -1 }
  const first = Math.ceil(from / blockSize)
  const last = Math.min(blocks?.count ?? 0, Math.floor(to / blockSize))
  if (blocks === undefined || first >= last) {
    scan(found, values, { from, to, floor })
    return found
  }
  scan(found, values, { from, to: first * blockSize, floor })
  for (let block = first; block < last; block++) {
    const low = blocks.lowOf(block)
    if (low < 0) continue
    // A block with numbers below the floor is looked at for itself.
    if ((values[low] ?? NaN) > floor) {
      take(found, values, low)
      take(found, values, blocks.highOf(block))
    } else scan(found, values, { from: block * blockSize, to: (block + 1) * blockSize, floor })
  }
  scan(found, values, { from: last * blockSize, to, floor })
  return found
}

function scan(
  found: Extremes,
  values: Float64Array,
  { from, to, floor }: { from: number; to: number; floor: number },
): void {
  let { low, high } = found
  let lowest = values[low] ?? Infinity
  let highest = values[high] ?? -Infinity
  for (let i = from; i < to; i++) {
    const value = values[i] ?? NaN
    if (!(value > floor)) continue
    if (low < 0 || value < lowest) [low, lowest] = [i, value]
    if (high < 0 || value > highest) [high, highest] = [i, value]
  }
  found.low = low
  found.high = high
}

function take(found: Extremes, values: Float64Array, i: number): void {
  const value = values[i] ?? NaN
  if (found.low < 0 || value < (values[found.low] ?? NaN)) found.low = i
  if (found.high < 0 || value > (values[found.high] ?? NaN)) found.high = i
}

function longer(list: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length)
  result.set(list)
  return result
}

import type { Estimate } from '#shared/schemas/evaluation.ts'
import { groupCount, jackknife } from './estimate.ts'
import type { OnBlock } from './on-block.ts'
import { meanOf, products, rowsFrom, scaled, squaredNorms } from './rows.ts'
import type { Rows } from './rows.ts'

/** Rows whose products with all others are computed at once. */
const blockRows = 512

/** How vectors are shifted and scaled before they are compared. */
export interface Normalisation {
  centre: Float64Array
  factor: number
}

/** The normalisation by which the vectors have mean 0 and total variance 1. */
export function normalisationOf(rows: Rows): Normalisation {
  const centre = meanOf(rows)
  const norms = squaredNorms(scaled(rows, { centre, factor: 1 }))
  const variance = norms.reduce((sum, each) => sum + each, 0) / rows.count
  return { centre, factor: variance > 0 ? 1 / Math.sqrt(variance) : 1 }
}

/**
 * Kernel distance: the unbiased estimate of the squared maximum mean discrepancy (Gretton et al. 2012, eq. 3) of two sets
 * of vectors with the kernel (x·y + 1)³ of the kernel inception distance (Bińkowski et al. 2018). Vectors have been
 * normalised by the real images' (`normalisationOf`), so that it depends on no scale. 0 for sets of one distribution, where an
 * estimate may be negative. O(block · count) memory.
 */
export async function kernelDistance(a: Rows, b: Rows, onBlock: OnBlock): Promise<Estimate> {
  const groups = groupCount(a.count, b.count)
  const total = 2 * a.count + b.count
  const within = async (rows: Rows, done: number) =>
    await kernelSums({ a: rows, b: rows, groups, same: true }, (rowsDone) =>
      onBlock((done + rowsDone) / total),
    )
  const aa = await within(a, 0)
  const bb = await within(b, a.count)
  const ab = await kernelSums({ a, b, groups, same: false }, (rowsDone) =>
    onBlock((a.count + b.count + rowsDone) / total),
  )
  const without = (group: number | null) => aa.mean(group) + bb.mean(group) - 2 * ab.mean(group)
  return jackknife(
    without(null),
    Array.from({ length: groups }, (_, group) => without(group)),
  )
}

/** Mean of the kernel over pairs, of all or of those without vectors of one group. */
interface KernelMeans {
  mean: (withoutGroup: number | null) => number
}

async function kernelSums(
  { a, b, groups, same }: { a: Rows; b: Rows; groups: number; same: boolean },
  onRows: (done: number) => Promise<void>,
): Promise<KernelMeans> {
  const sums = new Float64Array(groups * groups)
  const pairs = new Float64Array(groups * groups)
  const groupOf = Uint8Array.from({ length: b.count }, (_, j) => j % groups)
  for (let first = 0; first < a.count; first += blockRows) {
    const rows = Math.min(blockRows, a.count - first)
    const block = products(rowsFrom(a, first, rows), b)
    for (let i = 0; i < rows; i++) {
      const cell = ((first + i) % groups) * groups
      addKernels(block.subarray(i * b.count, (i + 1) * b.count), {
        ...{ groupOf, sums: sums.subarray(cell, cell + groups), pairs: pairs.subarray(cell, cell + groups) },
        leftOut: same ? first + i : -1,
      })
    }
    await onRows(first + rows)
  }
  return {
    mean: (without) => {
      let [sum, count] = [0, 0]
      sums.forEach((each, cell) => {
        if (cell % groups === without || Math.floor(cell / groups) === without) return
        sum += each
        count += pairs[cell] ?? 0
      })
      return sum / count
    },
  }
}

/** Adds the kernel of each product to the sum of its group. Plain multiplications: this is called for millions of numbers. */
function addKernels(
  row: Float32Array,
  into: { groupOf: Uint8Array; sums: Float64Array; pairs: Float64Array; leftOut: number },
): void {
  const { groupOf, sums, pairs, leftOut } = into
  for (let j = 0; j < row.length; j++) {
    if (j === leftOut) continue
    const base = (row[j] as number) + 1
    const group = groupOf[j] as number
    sums[group] = (sums[group] as number) + base * base * base
    pairs[group] = (pairs[group] as number) + 1
  }
}

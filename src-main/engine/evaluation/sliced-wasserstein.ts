import type { Estimate } from '#shared/schemas/evaluation.ts'
import { uniformStream } from '../rng.ts'
import { groupCount, jackknife } from './estimate.ts'
import type { OnBlock } from './on-block.ts'
import { products, rowsFrom } from './rows.ts'
import type { Rows } from './rows.ts'

const directionCount = 256
const directionsAtOnce = 32

/** Random unit vectors, the same for the same size. */
function randomDirections(size: number): Rows {
  const uniform = uniformStream(1, size, 'noise')
  const values = new Float32Array(directionCount * size)
  for (let i = 0; i < directionCount; i++) {
    const row = values.subarray(i * size, (i + 1) * size)
    // Box & Muller 1958.
    for (let k = 0; k < size; k++)
      row[k] = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
    const length = Math.sqrt(row.reduce((sum, each) => sum + each * each, 0))
    row.forEach((each, k) => (row[k] = each / length))
  }
  return { count: directionCount, size, values }
}

/**
 * Sliced Wasserstein-2 distance (Rabin et al. 2012; Bonneel et al. 2015) of two sets of as many vectors: the root of the
 * mean over 256 random directions of the squared distance along each, where the sorted coordinates are matched.
 */
export async function slicedWasserstein(a: Rows, b: Rows, onBlock: OnBlock): Promise<Estimate> {
  const groups = groupCount(a.count)
  const directions = randomDirections(a.size)
  /** Sums of the mean squared distances, of all vectors and without each group. */
  const sums = new Float64Array(groups + 1)
  for (let first = 0; first < directionCount; first += directionsAtOnce) {
    const some = rowsFrom(directions, first, directionsAtOnce)
    const [left, right] = [products(some, a), products(some, b)]
    for (let i = 0; i < directionsAtOnce; i++) {
      const sorted = [left, right].map((all) =>
        sortedWithGroups(all.subarray(i * a.count, (i + 1) * a.count), groups),
      )
      for (let group = 0; group <= groups; group++)
        sums[group] = (sums[group] ?? 0) + meanSquaredDistance(sorted as [Sorted, Sorted], group)
    }
    await onBlock((first + directionsAtOnce) / directionCount)
  }
  const [without, all] = [sums.subarray(0, groups), sums[groups] ?? 0]
  const rootMean = (sum: number) => Math.sqrt(sum / directionCount)
  return jackknife(rootMean(all), Array.from(without, rootMean))
}

/** Coordinates in ascending order, and the group of each. */
interface Sorted {
  values: Float32Array
  groups: Uint8Array
}

function sortedWithGroups(values: Float32Array, groups: number): Sorted {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0))
  return {
    values: Float32Array.from(order, (i) => values[i] ?? 0),
    groups: Uint8Array.from(order, (i) => i % groups),
  }
}

/** Of coordinates that are not in a group; both sides have as many of each group. */
function meanSquaredDistance([a, b]: [Sorted, Sorted], without: number): number {
  let [i, j, sum, count] = [0, 0, 0, 0]
  for (;;) {
    while (i < a.values.length && a.groups[i] === without) i++
    while (j < b.values.length && b.groups[j] === without) j++
    if (i >= a.values.length || j >= b.values.length) return sum / count
    sum += ((a.values[i++] ?? 0) - (b.values[j++] ?? 0)) ** 2
    count++
  }
}

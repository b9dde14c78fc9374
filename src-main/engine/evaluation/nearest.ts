import type { OnBlock } from './on-block.ts'
import { products, rowAt, rowsFrom, squaredNorms } from './rows.ts'
import type { Rows } from './rows.ts'

/** Bounds the memory of one block of distances. */
const blockCells = 2 ** 21

/** Squared distances of rows `first` to `first + rows` of a to all of b: `[rows, b.count]`. */
interface DistanceBlock {
  first: number
  rows: number
  squared: Float32Array
}

/** All squared distances between two sets of vectors, in blocks of bounded memory. */
export async function forEachBlock(
  a: Rows,
  b: Rows,
  { visit, onBlock }: { visit: (block: DistanceBlock) => void; onBlock: OnBlock },
): Promise<void> {
  const [normsA, normsB] = [squaredNorms(a), squaredNorms(b)]
  const atOnce = Math.max(1, Math.floor(blockCells / b.count))
  for (let first = 0; first < a.count; first += atOnce) {
    const rows = Math.min(atOnce, a.count - first)
    const squared = products(rowsFrom(a, first, rows), b)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < b.count; j++) {
        const cell = i * b.count + j
        squared[cell] = Math.max(0, (normsA[first + i] ?? 0) + (normsB[j] ?? 0) - 2 * (squared[cell] ?? 0))
      }
    visit({ first, rows, squared })
    await onBlock((first + rows) / a.count)
  }
}

/** Squared distance of two vectors, exact where it is near 0. */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += ((a[k] ?? 0) - (b[k] ?? 0)) ** 2
  return sum
}

/** The k nearest of many vectors to each of some, which are given in blocks. */
export class NearestVectors {
  /** `[queries.count, k]`: the nearest first; −1 and infinity where fewer were given. */
  readonly indices: Int32Array
  readonly squared: Float64Array
  private readonly queries: Rows
  private readonly k: number
  private readonly excluded: ArrayLike<number> | null

  /** @param options `excluded`: per query the index of a vector that is not a neighbour, itself among the others */
  constructor(queries: Rows, { k, excluded = null }: { k: number; excluded?: ArrayLike<number> | null }) {
    this.queries = queries
    this.k = k
    this.excluded = excluded
    this.indices = new Int32Array(queries.count * k).fill(-1)
    this.squared = new Float64Array(queries.count * k).fill(Infinity)
  }

  /** Compares with more vectors; `indices` are the numbers by which they are known. */
  async add(others: Rows, indices: ArrayLike<number>, onBlock: OnBlock): Promise<void> {
    await forEachBlock(this.queries, others, {
      onBlock,
      visit: ({ first, rows, squared }) => {
        for (let i = 0; i < rows; i++) {
          const query = first + i
          for (let j = 0; j < others.count; j++) {
            const farthest = this.squared[(query + 1) * this.k - 1] ?? 0
            // Rounding may put a near one a little farther than it is.
            if ((squared[i * others.count + j] ?? 0) > farthest * 1.0001 + 1e-6) continue
            const index = indices[j] ?? -1
            if (this.excluded?.[query] === index) continue
            this.insert(query, index, squaredDistance(rowAt(this.queries, query), rowAt(others, j)))
          }
        }
      },
    })
  }

  private insert(query: number, index: number, distance: number): void {
    const start = query * this.k
    let at = start + this.k - 1
    if (distance >= (this.squared[at] ?? 0)) return
    for (; at > start && (this.squared[at - 1] ?? 0) > distance; at--) {
      this.squared[at] = this.squared[at - 1] ?? 0
      this.indices[at] = this.indices[at - 1] ?? -1
    }
    this.squared[at] = distance
    this.indices[at] = index
  }
}

/** Squared distance of each vector to its k-th nearest other one. */
export async function neighbourRadii(rows: Rows, k: number, onBlock: OnBlock): Promise<Float64Array> {
  const own = Int32Array.from({ length: rows.count }, (_, i) => i)
  const nearest = new NearestVectors(rows, { k, excluded: own })
  await nearest.add(rows, own, onBlock)
  return Float64Array.from(own, (i) => nearest.squared[i * k + k - 1] ?? 0)
}

import type { Rows } from '../../src-main/engine/evaluation/rows.ts'
import { uniformStream } from '../../src-main/engine/rng.ts'

export const onBlock = () => Promise.resolve()

/** Vectors as the rows of a matrix. */
export const rowsOf = (vectors: number[][]): Rows => ({
  count: vectors.length,
  size: vectors[0]?.length ?? 0,
  values: Float32Array.from(vectors.flat()),
})

/** Vectors of independent normal numbers. */
export function normalRows(
  count: number,
  size: number,
  { seed, mean = 0, deviation = 1 }: { seed: number; mean?: number; deviation?: number },
): Rows {
  const uniform = uniformStream(seed, 7, 'noise')
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return {
    count,
    size,
    values: Float32Array.from({ length: count * size }, () => mean + deviation * normal()),
  }
}

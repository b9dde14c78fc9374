import { beforeAll, expect, it, vi } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { samplingWeights } from '../../../src-main/engine/checkpoints/state-names.ts'
import { placeholderImages } from '../../../src-main/engine/data/training-images.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { codeTableSize } from '../../../src-main/engine/model/flow/code-prior.ts'
import { CodeTable } from '../../../src-main/engine/sampling/code-table.ts'
import { initialState } from '../../../src-main/engine/training/step-program.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

it('of few images is the table of all of them, but with the codes of some in place of their neighbours’', () => {
  const shape = { height: 8, width: 8, channels: 1 } as const
  const config = resolveConfig('auto', { hidden: 8, code: 3, patch: 1 })
  const system = createSystem({ config, shape })
  const weights = samplingWeights(initialState(system, config), config)
  const count = 130
  const dataset = placeholderImages({ shape, count, labelCount: 0 })
  // Each image is told from the others.
  dataset.images = (indices) => ({
    ...{ ...shape, count: indices.length },
    pixels: Uint8Array.from({ length: indices.length * 64 }, (_, k) => (indices[k >> 6] ?? 0) + (k % 64)),
  })
  const read = vi.spyOn(dataset, 'images')
  const table = new CodeTable({ system, dataset, indices: Uint32Array.from({ length: count }, (_, i) => i) })
  const { 'codes.mean': all } = table.measure(weights)
  const readForAll = read.mock.calls.splice(0).map(([{ length }]) => length)
  const { 'codes.mean': few } = table.measure(weights, { rough: true })
  const readForFew = read.mock.calls.map(([{ length }]) => length)
  table.dispose()
  // The last ones among those before.
  expect(readForAll).toEqual([64, 64, 64])
  expect(readForFew).toEqual([64])

  const rowOf = (values: ArrayLike<number> | undefined, row: number) =>
    Array.from({ length: 3 }, (_, k) => values?.[3 * row + k])
  const rows = Array.from({ length: codeTableSize }, (_, row) => row)
  const imageAt = (row: number) => Math.floor((row * count) / codeTableSize)
  const taken = (image: number) => Math.floor((Math.floor((image * 64) / count) * count) / 64)
  for (const row of rows) {
    const stand = rows.find((other) => imageAt(other) === taken(imageAt(row)))!
    for (const [k, value] of rowOf(few, row).entries())
      expect(value).toBeCloseTo(rowOf(all, stand)[k] ?? NaN, 5)
  }
  expect(new Set(rows.map((row) => rowOf(all, row).join())).size).toBe(count)
  expect(new Set(rows.map((row) => rowOf(few, row).join())).size).toBe(64)
})

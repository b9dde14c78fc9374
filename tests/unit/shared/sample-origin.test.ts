import { expect, it } from 'vitest'
import { sheetColumns } from '#shared/schemas/image.ts'
import { evaluationsPerStep, samplingOf, selectionOf, stepsFor } from '#shared/schemas/sampling.ts'
import { checkpointOf, originalImages, originKeyword, originText, readOrigin } from '#shared/sample-origin.ts'
import type { CheckpointRecord, SampleRecord } from '#shared/schemas/run.ts'
import { tableaus } from '../../../src-main/engine/model/flow/solver.ts'
import { enlarged, tile } from '../../../src-main/engine/images/png.ts'

const record: SampleRecord = {
  ...{ id: 'r1/a.png', runId: 'r1', step: 600, kind: 'extra', file: 'a.png', count: 5, columns: 3 },
  ...{ shape: { height: 8, width: 9, channels: 3 }, seed: 7, solver: 'dpm2m', solverSteps: 12 },
  settings: {
    selection: selectionOf({ count: 5, seed: 7 }),
    sampling: samplingOf(),
    evaluations: 12,
    precision: 'bf16',
  },
  createdAt: 1,
}

it('a file says in ASCII where it comes from, and is read back as it was', () => {
  const text = originText({ record, images: [3], run: 'Émile’s faces 🌷', checkpoint: 'c.safetensors' })
  for (const value of Object.values(text)) expect(value).toMatch(/^[ -~]*$/)
  expect(text['Description']).toContain('12 evaluations, bf16')
  expect(text['Description']).toContain('step 600, checkpoint c.safetensors, seed 7, image 4 of 5')
  expect(readOrigin(text[originKeyword] ?? '')).toEqual({
    ...{ version: 1, record, images: [3], run: 'Émile’s faces 🌷', checkpoint: 'c.safetensors', enlarge: 1 },
  })
})

it('what is none of the app’s, or of a later version, is not read', () => {
  expect(readOrigin('hello')).toBeNull()
  expect(readOrigin('{"version":2}')).toBeNull()
  const other = JSON.parse(originText({ record })[originKeyword] ?? '') as object
  expect(readOrigin(JSON.stringify({ ...other, record: { ...record, shape: null } }))).toBeNull()
})

it('an enlarged contact sheet gives its images back, and a cut one gives none', () => {
  const images = [4, 0, 2]
  const pixels = Uint8Array.from({ length: 3 * 8 * 9 * 3 }, (_, i) => (i * 7) % 256)
  const batch = { ...record.shape, count: 3, pixels }
  const origin = { version: 1 as const, record, images, run: null, checkpoint: null, enlarge: 4 }
  const file = enlarged(tile(batch, sheetColumns(3)), 4)
  expect(originalImages(file, origin)).toEqual(batch)
  expect(originalImages({ ...file, width: file.width - 1 }, origin)).toBeNull()
})

it('the checkpoint of a sheet is the readable one of its step', () => {
  const at = (step: number, damaged = false): CheckpointRecord => ({
    ...{ runId: 'r1', step, file: `${step}`, sha256: '', bytes: 1, loss: null, best: false, pinned: false },
    ...{ damaged, createdAt: 1 },
  })
  expect(checkpointOf(record, [at(500), at(600)])?.file).toBe('600')
  expect(checkpointOf(record, [at(500), at(600, true)])).toBeNull()
})

it('evaluations a step are the stages of each solver', () => {
  for (const [name, { c }] of Object.entries(tableaus))
    expect(evaluationsPerStep[name as keyof typeof tableaus]).toBe(c.length)
  expect(stepsFor('dpm2m', 12)).toBe(12)
  expect(stepsFor('heun', 12)).toBe(6)
  expect(stepsFor('rk4', 2)).toBe(1)
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { InterpolateRequest, InterpolateResult } from '#shared/sampling-messages.ts'
import { framesOfRow, mostPairs, mostRows } from '#shared/schemas/pinned-pair.ts'
import type { PinnedPair, PinnedRow } from '#shared/schemas/pinned-pair.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { PinnedPairs } from '../../../src-main/runs/pinned-pairs.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun } from '../../helpers/history.ts'

const shape = { height: 8, width: 8, channels: 3 } as const
const images: PinnedPair['images'] = [
  { kind: 'dataset', index: 1 },
  { kind: 'dataset', index: 4 },
]
const framesOf = (value: number) => ({
  ...{ ...shape, count: framesOfRow },
  pixels: new Uint8Array(framesOfRow * 192).fill(value),
})

let hidden = ''
let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let runId: string
let asked: InterpolateRequest[]
let rows: PinnedRow[]
let answer: () => Promise<InterpolateResult>
let pinned: PinnedPairs

beforeEach(() => {
  folder = temporaryFolder('pinned')
  store = openStore(folder.path)
  runId = addRun(store)
  runService = new RunService(store)
  asked = []
  hidden = ''
  rows = []
  answer = () => Promise.resolve({ frames: framesOf(asked.length) } as InterpolateResult)
  for (const step of [100, 200, 300])
    store.checkpoints.save(store.runs.key(runId), {
      ...{ runId, step, file: `step-${step}.safetensors`, sha256: 'a', bytes: 1, loss: 1, createdAt: step },
    })
  store.runs.update(runId, { step: 300, status: 'finished' })
  pinned = new PinnedPairs({
    ...{ store, runService, onRow: (row) => rows.push(row), isHidden: (id) => id === hidden },
    sourceOf: (_, image) => Promise.resolve({ kind: 'pixels', pixels: new Uint8Array([image.kind.length]) }),
    interpolate: (request) => {
      asked.push(request)
      return answer()
    },
  })
})
afterEach(() => {
  runService.dispose()
  store.close()
  folder.remove()
})

const grid = (step: number, kind = 'grid') =>
  ({ type: 'sample', record: { runId, step, kind } }) as unknown as EngineEvent
const stepsOf = () => pinned.list(runId).rows.map(({ step }) => step)

it('a pair has a row at once, and rows of the checkpoints that are kept', async () => {
  const pair = await pinned.add(runId, images)
  expect(pair).toMatchObject({ runId, images })
  expect(stepsOf()).toContain(300)
  await vi.waitFor(() => expect(stepsOf()).toEqual([100, 200, 300]))
  expect(asked[0]).toMatchObject({ frames: framesOfRow, pace: 'parameter' })
  expect(asked.map(({ model }) => model.checkpoint)).toEqual([
    'step-300.safetensors',
    'step-200.safetensors',
    'step-100.safetensors',
  ])
  expect(pinned.list(runId).pairs).toEqual([pair])
  expect(rows.map(({ frames }) => frames)).toEqual([1, 2, 3].map(framesOf))
  // One that is about to be removed is as good as gone, until that is undone.
  hidden = pair.id
  expect(pinned.list(runId)).toEqual({ pairs: [], rows: [] })
  hidden = ''
  expect(pinned.list(runId).rows).toHaveLength(3)
  store.pairs.remove(store.runs.key(runId), pair.id)
  expect(pinned.list(runId)).toEqual({ pairs: [], rows: [] })
})

it('in training it gets a row whenever the grid is sampled, and leaves one out that would come too late', async () => {
  store.runs.update(runId, { status: 'training' })
  await pinned.add(runId, images)
  expect(stepsOf()).toEqual([300])
  pinned.onEngineEvent(grid(310, 'extra'))
  pinned.onEngineEvent(grid(350))
  await vi.waitFor(() => expect(stepsOf()).toEqual([300, 350]))
  let done: (result: InterpolateResult) => void = () => undefined
  answer = () => new Promise((resolve) => (done = resolve))
  pinned.onEngineEvent(grid(400))
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  pinned.onEngineEvent(grid(450))
  done({ frames: framesOf(7) } as InterpolateResult)
  await vi.waitFor(() => expect(stepsOf()).toEqual([300, 350, 400]))
  expect(asked).toHaveLength(3)
})

it('what cannot be generated pins nothing, ends no training, and only so many pairs are pinned', async () => {
  answer = () => Promise.reject(new FlowerbedError('bad-input', 'No.'))
  await expect(pinned.add(runId, images)).rejects.toMatchObject({ kind: 'bad-input' })
  expect(pinned.list(runId).pairs).toEqual([])
  answer = () => Promise.resolve({ frames: framesOf(1) } as InterpolateResult)
  store.runs.update(runId, { status: 'training' })
  for (let i = 0; i < mostPairs; i++) await pinned.add(runId, images)
  await expect(pinned.add(runId, images)).rejects.toMatchObject({ kind: 'conflict' })
  answer = () => Promise.reject(new FlowerbedError('bad-input', 'No.'))
  pinned.onEngineEvent(grid(400))
  await vi.waitFor(() => expect(asked).toHaveLength(mostPairs + 2))
  expect(stepsOf()).not.toContain(400)
})

it('of many rows some are left out between the first and the last, and a row that is damaged hides no other', async () => {
  store.runs.update(runId, { status: 'training' })
  const { id } = await pinned.add(runId, images)
  for (let step = 301; step < 301 + 3 * mostRows; step++) store.pairs.saveRow(id, step, framesOf(1))
  const steps = stepsOf()
  expect(steps.length).toBeLessThanOrEqual(mostRows)
  expect(steps.length).toBeGreaterThan(mostRows / 3)
  expect([steps[0], steps.at(-1)]).toEqual([300, 300 + 3 * mostRows])
  store.database.exec("UPDATE pinned_rows SET pixels = x'00' WHERE step = 300")
  expect(stepsOf()[0]).toBeGreaterThan(300)
  store.pairs.saveRow('gone', 1, framesOf(1))
  expect(stepsOf()).not.toContain(1)
  store.runs.delete(runId)
  expect(store.database.prepare('SELECT count(*) AS count FROM pinned_rows').get()).toEqual({ count: 0 })
})

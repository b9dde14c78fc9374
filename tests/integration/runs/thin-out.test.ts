import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { saveSnapshot } from '../../../src-main/engine/checkpoints/average-snapshot.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { storageUse } from '../../../src-main/runs/disk-use.ts'
import { planThinning, thinOut } from '../../../src-main/runs/thin-out.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { madeLibrary } from '../../helpers/library-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let id: string
beforeEach(async () => {
  folder = temporaryFolder('thin-out')
  writeFiles(folder.path, { 'images/a.png': await plain(8, 8, '#ff0000').png().toBuffer() })
  const data = join(folder.path, 'data')
  const runs = await madeLibrary(data, {
    ...{ folder: join(folder.path, 'images'), side: 8 },
    runs: [{ name: 'Run', status: 'finished', step: 1000 }],
  })
  id = runs['Run'] ?? ''
  store = openStore(data)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const inner = (name: string) => readdirSync(join(runFolder(store.directory, id), name)).sort()
const all = { checkpoints: true, samples: true, averages: true, keepEvery: 0 }

test('a plan says what goes and how much that frees, and then exactly that goes', async () => {
  const before = (await storageUse(store)).runs[id]
  store.checkpoints.pin(store.runs.key(id), 'step-00000800.safetensors', true)
  store.marks.save({ sample: `${id}-300`, image: 0, starred: true, hidden: false, collections: [] }, 1)
  const plan = await planThinning(store, [id], all)
  expect(inner('samples')).toHaveLength(10)

  const { samples, checkpoints } = await thinOut(store, id, all)
  // Kept: 100 and 400 guide samples, 600 is the best, 800 pinned, 1000 the newest.
  const kept = [400, 600, 800, 1000]
  const steps = store.checkpoints.list(store.runs.key(id)).map(({ step }) => step)
  expect(steps.toReversed()).toEqual(expect.arrayContaining(kept))
  expect(inner('checkpoints')).toHaveLength(2 * steps.length)
  expect(inner('samples')).toEqual(['step-1000.png', 'step-300.png'])
  expect([plan.checkpoints, plan.sheets]).toEqual([checkpoints, samples.length])
  expect(checkpoints).toBe(10 - steps.length)
  const after = (await storageUse(store)).runs[id]
  const freed = (kind: 'checkpoints' | 'samples') => (before?.[kind] ?? 0) - (after?.[kind] ?? 0)
  expect(plan.bytes).toBe(freed('checkpoints') + freed('samples'))
  expect(after?.diagnostics).toBe(before?.diagnostics)
  // A second time there is nothing left to do.
  expect(await planThinning(store, [id], all)).toEqual({ checkpoints: 0, sheets: 0, averages: 0, bytes: 0 })
})

test('of a run in training nothing goes, and only the kind that was asked for', async () => {
  store.runs.update(id, { status: 'training' })
  expect(await planThinning(store, [id], all)).toEqual({ checkpoints: 0, sheets: 0, averages: 0, bytes: 0 })
  store.runs.update(id, { status: 'paused' })
  const rule = { ...all, checkpoints: false, averages: false, keepEvery: 5 }
  const { samples, checkpoints } = await thinOut(store, id, rule)
  expect([samples.length, checkpoints]).toEqual([7, 0])
  expect(store.samples.list(store.runs.key(id)).map(({ step }) => step)).toEqual([100, 600, 1000])
})

test('of the snapshots of averages those stay that are at even distances, and they count among what the run takes', async () => {
  const run = runFolder(store.directory, id)
  for (const step of [100, 200, 300, 400, 500])
    await saveSnapshot({
      runDirectory: run,
      info: { runId: id, step, widths: [0.05, 0.1] },
      averages: { 'ema/x': Float32Array.of(step, 1, 2) },
    })
  const taken = async () => (await storageUse(store)).runs[id]!.averages
  const before = await taken()
  const rule = { ...all, checkpoints: false, samples: false, keepEvery: 2 }
  const plan = await planThinning(store, [id], rule)
  expect(plan).toMatchObject({ averages: 3, checkpoints: 0, sheets: 0 })
  await thinOut(store, id, rule)
  expect(before - (await taken())).toBe(plan.bytes)
  expect(inner('averages').filter((name) => name.endsWith('.json'))).toEqual([
    ...['average-00000200.json', 'average-00000400.json'],
  ])
  await thinOut(store, id, { ...rule, averages: false })
  expect(await taken()).toBe(before - plan.bytes)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { checkpointFile, descriptionOf } from '../../../src-main/files/checkpoint-names.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { recordFoundCheckpoints } from '../../../src-main/runs/unrecorded-checkpoints.ts'
import {
  appParts,
  checkpoint,
  fill,
  makeRoom,
  metrics,
  startTraining,
  storedSteps,
} from '../../helpers/app-parts.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let unhandled: unknown[]
const onUnhandled = (thrown: unknown) => unhandled.push(thrown)

beforeEach(() => {
  folder = temporaryFolder('engine-events')
  store = openStore(folder.path)
  facesDataset(store)
  unhandled = []
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
  store.close()
  folder.remove()
})

test('a database that another program has locked makes events wait, without a pause', async () => {
  const parts = appParts(store)
  const run = await startTraining(parts)
  store.database.pragma('busy_timeout = 0')
  const other = openStore(folder.path)
  other.database.exec('BEGIN IMMEDIATE')
  parts.events.onEngineEvent(metrics(run.id, 2))
  parts.events.onEngineEvent(checkpoint(run.id, 2))
  expect(parts.trainingQueue.running?.id).toBe(run.id)
  expect(parts.notices).toEqual([])
  other.database.exec('COMMIT')
  other.close()
  expect(parts.events.flush()).toBe(true)
  expect(storedSteps(store, run)).toEqual([1, 2])
  expect(parts.runService.checkpoints.list(run.id)).toHaveLength(1)
  await parts.trainingQueue.pause(run.id)
})

test('a run deleted by another program ends, is told of once, and a next one trains', async () => {
  const parts = appParts(store)
  const run = await startTraining(parts)
  const other = openStore(folder.path)
  other.runs.delete(run.id)
  other.close()
  for (let i = 0; i < 100; i++) parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(parts.stops).toEqual(['not saved'])
  expect(parts.notices.map(({ message }) => message)).toEqual([
    'The run in training was deleted by another program, so its training has ended.',
  ])
  const next = await startTraining(parts)
  expect(storedSteps(store, next)).toEqual([1])
  await parts.trainingQueue.pause(next.id)
})

test('a history that fails while it is closed at the end does not keep anything', async () => {
  const parts = appParts(store)
  const run = await startTraining(parts)
  fill(store)
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(() => parts.events.close()).not.toThrow()
  makeRoom(store)
})

test('a checkpoint whose record was lost is found on disk by the next start, an older one is not', async () => {
  const parts = appParts(store)
  const run = await startTraining(parts)
  await parts.trainingQueue.pause(run.id)
  const checkpoints = join(runFolder(store.directory, run.id), 'checkpoints')
  const write = (step: number, changes = {}) => {
    const description = { format: 1, runId: run.id, step, loss: 0.5, sha256: 'b'.repeat(64), ...changes }
    writeFileSync(join(checkpoints, checkpointFile(step)), 'arrays')
    writeFileSync(join(checkpoints, descriptionOf(checkpointFile(step))), JSON.stringify(description))
  }
  write(2)
  write(7)
  write(8, { runId: 'another' })
  writeFileSync(join(checkpoints, checkpointFile(9)), 'arrays without a description')
  writeFileSync(join(checkpoints, descriptionOf(checkpointFile(9))), '{"format": 1, "st')
  await recordFoundCheckpoints({ store, checkpoints: parts.runService.checkpoints })
  expect(parts.runService.checkpoints.list(run.id)).toMatchObject([
    { step: 7, sha256: 'b'.repeat(64), bytes: 6, loss: 0.5 },
    { step: 3 },
  ])
  await parts.runService.checkpoints.settled()
})

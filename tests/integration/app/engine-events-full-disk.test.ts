import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import {
  appParts,
  fill,
  machine,
  makeRoom,
  metrics,
  noSpace,
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

test('a full disk pauses the run; what it told waits and is stored when there is room', async () => {
  const parts = appParts(store)
  const { events, trainingQueue, notices, shown } = parts
  const run = await startTraining(parts)
  fill(store)
  for (let i = 0; i < 100; i++) events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(notices.map(({ level }) => level).filter((level) => level === 'error').length).toBeLessThanOrEqual(2)
  expect(notices[0]?.message).toBe('The disk is full, so the history of runs cannot be written.')
  expect(shown.at(-1)).toMatchObject({ id: run.id, status: 'paused' })
  expect(() => events.checkComplete()).toThrow('The history of runs cannot be written')
  expect(storedSteps(store, run)).toEqual([1])

  makeRoom(store)
  expect(() => events.checkComplete()).not.toThrow()
  expect(storedSteps(store, run)).toEqual([1, 2, 3])
  expect(parts.runService.checkpoints.list(run.id).map(({ step }) => step)).toEqual([3])
  expect(store.runs.get(run.id).status).toBe('paused')
  expect(notices.at(-1)?.message).toBe('What waited to be stored is in the history now.')
})

test.each(['a checkpoint of its own', 'the checkpoint of the pause'])(
  'training that a full disk ends by %s is shown as paused, not as training',
  async (which) => {
    const parts = appParts(store)
    const run = await startTraining(parts)
    parts.disk.takesCheckpoints = false
    fill(store)
    // A row that is changed in its place needs no page; on a disk it may.
    store.database.exec(
      "CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    )
    if (which === 'a checkpoint of its own') parts.fail(noSpace())
    else parts.events.onEngineEvent(metrics(run.id, 2))
    await expect.poll(() => parts.trainingQueue.running).toBeNull()
    await expect.poll(() => parts.shown.at(-1)?.status).toBe('paused')
    store.database.exec('DROP TRIGGER full')
    makeRoom(store)
    parts.events.checkComplete()
    expect(store.runs.get(run.id).status).toBe('paused')
  },
)

test('a second time the disk is full is told again', async () => {
  const parts = appParts(store)
  const run = await startTraining(parts)
  const told = () => parts.notices.filter(({ message }) => message.includes('cannot be written')).length
  fill(store)
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(told()).toBe(1)
  makeRoom(store)
  parts.events.checkComplete()
  await parts.trainingQueue.start(run)
  parts.events.onEngineEvent({ type: 'started', runId: run.id, machine, step: 3 })
  store.database.exec("DELETE FROM settings WHERE key LIKE 'filler%'")
  fill(store)
  parts.events.onEngineEvent(metrics(run.id, 4))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(told()).toBe(2)
  makeRoom(store)
})

test('what waits is tried again by itself', async () => {
  const parts = appParts(store, { retryMs: 20 })
  const run = await startTraining(parts)
  fill(store)
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  makeRoom(store)
  await expect.poll(() => storedSteps(store, run)).toEqual([1, 2, 3])
  await expect.poll(() => store.runs.get(run.id).status).toBe('paused')
  parts.events.close()
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import type { AppEvent } from '#shared/ipc.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { EngineEvents } from '../../../src-main/app/engine-events.ts'
import { createGuard } from '../../../src-main/guard.ts'
import type { Notice } from '#shared/ipc.ts'
import { runControl } from '../../../src-main/app/run-control.ts'
import { recordFoundCheckpoints } from '../../../src-main/runs/unrecorded-checkpoints.ts'
import { checkpointFile, descriptionOf } from '../../../src-main/files/checkpoint-names.ts'
import { ExperimentQueue } from '../../../src-main/runs/experiment-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
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

const machine = {
  cpu: 'x',
  cores: 1,
  memoryBytes: 1,
  device: 'cpu',
  deviceName: 'x',
  tensorflow: '2',
  node: '24',
  electron: null,
  flowerbed: '0',
  platform: 'linux',
} as const

/** The app's parts around the history, with an engine that trains until it is paused or stopped. */
function app(retryMs = 1_000_000) {
  const notices: Notice[] = []
  const shown: RunRecord[] = []
  const stops: string[] = []
  let end: (outcome: TrainResult['outcome']) => void = () => undefined
  let fail: (thrown: Error) => void = () => undefined
  const disk = { takesCheckpoints: true }
  const notify = (notice: Notice) => void notices.push(notice)
  const guard = createGuard({ notify, log: { error: () => undefined } })
  const emit = (event: AppEvent) => {
    if (event.type === 'run') shown.push(event.run)
  }
  const runService = new RunService(store, { run: (run) => void shown.push(run) })
  const trainingQueue = new TrainingQueue({
    runService,
    engine: {
      train: () =>
        new Promise((resolve, reject) => {
          fail = reject
          end = (outcome) =>
            resolve({ outcome, step: 3, trainedSeconds: 3, losses: { loss: 1 }, stepsPerSecond: 1 })
        }),
      // As the real one: what was trained is saved before the pause is answered.
      pause: (runId) => {
        if (!disk.takesCheckpoints) {
          // The pause is refused first; that training has ended comes in another message.
          setTimeout(() => fail(noSpace()), 5)
          return Promise.reject(noSpace())
        }
        events.onEngineEvent(metrics(runId, 3))
        events.onEngineEvent(checkpoint(runId, 3))
        end('paused')
        return Promise.resolve()
      },
      stop: (_, save) => {
        stops.push(save ? 'saved' : 'not saved')
        end('stopped')
        return Promise.resolve()
      },
      extend: () => Promise.resolve(),
      end: () => Promise.resolve(),
    },
    notify,
    onEnd: (run) => {
      if (isLive(run)) events.settle(run.id)
    },
  })
  const nothing = () => Promise.resolve()
  const experiments = new ExperimentQueue({
    store,
    runService,
    trainingQueue,
    reconstruct: nothing,
    endEngine: nothing,
  })
  const events = new EngineEvents({
    runs: runControl({ store, runService, trainingQueue, experiments, emit }),
    guard,
    notify,
    forward: () => undefined,
    retryMs,
  })
  return {
    runService,
    trainingQueue,
    events,
    notices,
    shown,
    stops,
    disk,
    fail: (thrown: Error) => fail(thrown),
  }
}

const noSpace = () => new FlowerbedError('no-space', 'The disk is full.')

const metrics = (runId: string, step: number): EngineEvent => ({
  type: 'metrics',
  runId,
  // A row as large as a page: a full database has no room for it.
  points: [{ step, seconds: step, values: Object.fromEntries(wide.map((name, i) => [name, i])) }],
})
const wide = Array.from({ length: 600 }, (_, i) => `metric${i}`)
const checkpoint = (runId: string, step: number): EngineEvent => ({
  type: 'checkpoint',
  record: {
    ...{ runId, step, file: checkpointFile(step), sha256: 'a'.repeat(64) },
    ...{ bytes: 5, loss: 1, createdAt: step },
  },
})

async function training(parts: ReturnType<typeof app>): Promise<RunRecord> {
  const run = parts.runService.create({ datasetId: 'faces', preset: 'balanced', changes: {}, device: 'cpu' })
  mkdirSync(join(runFolder(store.directory, run.id), 'checkpoints'), { recursive: true })
  await parts.trainingQueue.start(run)
  parts.events.onEngineEvent({ type: 'started', runId: run.id, machine, step: 0 })
  parts.events.onEngineEvent(metrics(run.id, 1))
  expect(store.runs.get(run.id).status).toBe('training')
  return run
}
/** No page more than there are now: SQLite answers as on a full disk. */
function fill(): void {
  const pages = store.database.pragma('page_count', { simple: true }) as number
  store.database.pragma(`max_page_count = ${pages}`)
  // What is left on the last pages.
  const insert = store.database.prepare('INSERT INTO settings (key, value) VALUES (?, ?)')
  expect(() => {
    for (let i = 0; i < 10_000; i++) insert.run(`filler ${i}`, 'x'.repeat(200))
  }).toThrow(/full/)
}
function makeRoom(): void {
  store.database.pragma('max_page_count = 1000000')
}
const steps = (run: RunRecord) => [...store.metrics.series(store.runs.key(run.id)).steps]

test('a full disk pauses the run; what it told waits and is stored when there is room', async () => {
  const parts = app()
  const { events, trainingQueue, notices, shown } = parts
  const run = await training(parts)
  fill()
  for (let i = 0; i < 100; i++) events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(notices.map(({ level }) => level).filter((level) => level === 'error').length).toBeLessThanOrEqual(2)
  expect(notices[0]?.message).toBe('The disk is full, so the history of runs cannot be written.')
  expect(shown.at(-1)).toMatchObject({ id: run.id, status: 'paused' })
  expect(() => events.checkComplete()).toThrow('The history of runs cannot be written')
  expect(steps(run)).toEqual([1])

  makeRoom()
  expect(() => events.checkComplete()).not.toThrow()
  expect(steps(run)).toEqual([1, 2, 3])
  expect(parts.runService.checkpoints.list(run.id).map(({ step }) => step)).toEqual([3])
  expect(store.runs.get(run.id).status).toBe('paused')
  expect(notices.at(-1)?.message).toBe('What waited to be stored is in the history now.')
})

test.each(['a checkpoint of its own', 'the checkpoint of the pause'])(
  'training that a full disk ends by %s is shown as paused, not as training',
  async (which) => {
    const parts = app()
    const run = await training(parts)
    parts.disk.takesCheckpoints = false
    fill()
    // A row that is changed in its place needs no page; on a disk it may.
    store.database.exec(
      "CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    )
    if (which === 'a checkpoint of its own') parts.fail(noSpace())
    else parts.events.onEngineEvent(metrics(run.id, 2))
    await expect.poll(() => parts.trainingQueue.running).toBeNull()
    await expect.poll(() => parts.shown.at(-1)?.status).toBe('paused')
    store.database.exec('DROP TRIGGER full')
    makeRoom()
    parts.events.checkComplete()
    expect(store.runs.get(run.id).status).toBe('paused')
  },
)

test('a second time the disk is full is told again', async () => {
  const parts = app()
  const run = await training(parts)
  const told = () => parts.notices.filter(({ message }) => message.includes('cannot be written')).length
  fill()
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(told()).toBe(1)
  makeRoom()
  parts.events.checkComplete()
  await parts.trainingQueue.start(run)
  parts.events.onEngineEvent({ type: 'started', runId: run.id, machine, step: 3 })
  store.database.exec("DELETE FROM settings WHERE key LIKE 'filler%'")
  fill()
  parts.events.onEngineEvent(metrics(run.id, 4))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(told()).toBe(2)
  makeRoom()
})

test('what waits is tried again by itself', async () => {
  const parts = app(20)
  const run = await training(parts)
  fill()
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  makeRoom()
  await expect.poll(() => steps(run)).toEqual([1, 2, 3])
  await expect.poll(() => store.runs.get(run.id).status).toBe('paused')
  parts.events.close()
})

test('a database that another program has locked makes events wait, without a pause', async () => {
  const parts = app()
  const run = await training(parts)
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
  expect(steps(run)).toEqual([1, 2])
  expect(parts.runService.checkpoints.list(run.id)).toHaveLength(1)
  await parts.trainingQueue.pause(run.id)
})

test('a run deleted by another program ends, is told of once, and a next one trains', async () => {
  const parts = app()
  const run = await training(parts)
  const other = openStore(folder.path)
  other.runs.delete(run.id)
  other.close()
  for (let i = 0; i < 100; i++) parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(parts.stops).toEqual(['not saved'])
  expect(parts.notices.map(({ message }) => message)).toEqual([
    'The run in training was deleted by another program, so its training has ended.',
  ])
  const next = await training(parts)
  expect(steps(next)).toEqual([1])
  await parts.trainingQueue.pause(next.id)
})

test('a history that fails while it is closed at the end does not keep anything', async () => {
  const parts = app()
  const run = await training(parts)
  fill()
  parts.events.onEngineEvent(metrics(run.id, 2))
  await expect.poll(() => parts.trainingQueue.running).toBeNull()
  expect(() => parts.events.close()).not.toThrow()
  makeRoom()
})

test('a checkpoint whose record was lost is found on disk by the next start, an older one is not', async () => {
  const parts = app()
  const run = await training(parts)
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

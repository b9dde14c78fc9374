import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import type { AppEvent, Notice } from '#shared/ipc.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { EngineEvents } from '../../src-main/app/engine-events.ts'
import { runControl } from '../../src-main/app/run-control.ts'
import type { Store } from '../../src-main/database/store.ts'
import { checkpointFile } from '../../src-main/files/checkpoint-names.ts'
import { runFolder } from '../../src-main/files/data-folder.ts'
import { createGuard } from '../../src-main/guard.ts'
import { QueuedRuns } from '../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../src-main/runs/run-queue.ts'
import { RunService } from '../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../src-main/runs/training-queues.ts'

export const machine = {
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

/** The app's parts around a store, with an engine that trains until it is paused or stopped. */
export function appParts(store: Store, { retryMs = 1_000_000 } = {}) {
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
  const trainingQueues = new TrainingQueues(() => trainingQueue)
  const queued = new QueuedRuns({ store, runService })
  const runQueue = new RunQueue({ queued, runService, trainingQueues })
  const events = new EngineEvents({
    runs: runControl({ store, runService, trainingQueues, runQueue, emit }),
    guard,
    notify,
    forward: () => undefined,
    retryMs,
  })
  return {
    store,
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

export const noSpace = () => new FlowerbedError('no-space', 'The disk is full.')

export const metrics = (runId: string, step: number): EngineEvent => ({
  type: 'metrics',
  runId,
  // A row as large as a page: a full database has no room for it.
  points: [{ step, seconds: step, values: Object.fromEntries(wide.map((name, i) => [name, i])) }],
})
const wide = Array.from({ length: 600 }, (_, i) => `metric${i}`)
export const checkpoint = (runId: string, step: number): EngineEvent => ({
  type: 'checkpoint',
  record: {
    ...{ runId, step, file: checkpointFile(step), sha256: 'a'.repeat(64) },
    ...{ bytes: 5, loss: 1, createdAt: step },
  },
})

/** A run whose training has begun, with the metrics of one step. */
export async function startTraining(parts: ReturnType<typeof appParts>): Promise<RunRecord> {
  const { store } = parts
  const run = parts.runService.create({
    datasetId: 'faces',
    preset: 'pixel-posterior',
    changes: {},
    device: 'cpu',
  })
  mkdirSync(join(runFolder(store.directory, run.id), 'checkpoints'), { recursive: true })
  await parts.trainingQueue.start(run)
  parts.events.onEngineEvent({ type: 'started', runId: run.id, machine, step: 0 })
  parts.events.onEngineEvent(metrics(run.id, 1))
  expect(store.runs.get(run.id).status).toBe('training')
  return run
}

/** No page more than there are now: SQLite answers as on a full disk. */
export function fill(store: Store): void {
  const pages = store.database.pragma('page_count', { simple: true }) as number
  store.database.pragma(`max_page_count = ${pages}`)
  // What is left on the last pages.
  const insert = store.database.prepare('INSERT INTO settings (key, value) VALUES (?, ?)')
  expect(() => {
    for (let i = 0; i < 10_000; i++) insert.run(`filler ${i}`, 'x'.repeat(200))
  }).toThrow(/full/)
}

export function makeRoom(store: Store): void {
  store.database.pragma('max_page_count = 1000000')
}

/** The steps whose metrics are stored. */
export const storedSteps = (store: Store, run: RunRecord) => [
  ...store.metrics.series(store.runs.key(run.id)).steps,
]

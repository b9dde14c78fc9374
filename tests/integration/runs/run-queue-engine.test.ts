import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { QueuedRuns } from '../../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../../src-main/runs/run-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../../src-main/runs/training-queues.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { shape, small } from '../../helpers/training.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store

beforeEach(() => {
  folder = temporaryFolder('queue-engine')
  store = openStore(folder.path)
  const directory = packedDataset(join(folder.path, 'datasets', 'halves'), {
    ...{ count: 20, shape, pixel: halves(shape) },
  })
  store.datasets.save({
    ...{ id: 'halves', name: 'Halves', directory, shape, count: 20, labels: [], sources: [] },
    ...{ problemCount: 0, bytes: 0, createdAt: 1 },
  })
})
afterEach(() => {
  store.close()
  folder.remove()
})

/** The queue as the app has it, with the engine in this process. */
function app() {
  const runService = new RunService(store)
  const { handlers, dispose } = createEngine({ emit: (event) => runService.record(event) })
  const trainingQueue = new TrainingQueue({
    runService,
    engine: {
      train: async (request) => await handlers.train(request),
      pause: async (runId) => {
        await handlers.pause({ runId })
      },
      stop: async (runId, save) => {
        await handlers.stop({ runId, save })
      },
      extend: async (runId, limits) => {
        await handlers.extend({ runId, limits })
      },
      end: () => Promise.resolve(),
    },
    notify: () => undefined,
  })
  const queued = new QueuedRuns({ store, runService })
  return {
    runService,
    trainingQueue,
    dispose,
    queue: new RunQueue({ queued, runService, trainingQueues: new TrainingQueues(() => trainingQueue) }),
  }
}

test('runs are trained in their order, through a restart of the app, each to its goal', async () => {
  const before = app()
  const config = { ...small(), sampleEvery: 0 }
  const create = (name: string, steps: number, datasetId = 'halves') =>
    before.runService.create({
      ...{ datasetId, preset: 'pixel-posterior', device: 'cpu', name, waits: true },
      changes: { ...config, steps },
    })
  const [long, a, b] = [create('long', 100_000), create('a', 4), create('b', 6)]
  await before.queue.start(long)
  before.queue.add([a.id, b.id])
  before.queue.move(b.id, 0)
  await expect.poll(() => store.runs.get(long.id).step, { timeout: 60_000 }).toBeGreaterThan(4)
  before.queue.close()
  await before.trainingQueue.close()
  await before.dispose()
  before.runService.dispose()
  const paused = store.runs.get(long.id)
  expect(paused.status).toBe('paused')
  store.close()

  store = openStore(folder.path)
  const after = app()
  after.queue.open()
  await expect.poll(() => store.runs.get(long.id).step, { timeout: 60_000 }).toBeGreaterThan(paused.step)
  await after.trainingQueue.stop(long.id, true)
  await expect.poll(() => store.runs.get(a.id).status, { timeout: 60_000 }).toBe('finished')
  const [first, second] = [store.runs.get(b.id), store.runs.get(a.id)]
  expect([first, second].map(({ status, step }) => [status, step])).toEqual([
    ['finished', 6],
    ['finished', 4],
  ])
  expect(first.updatedAt).toBeLessThanOrEqual(second.updatedAt)
  await expect.poll(() => after.queue.current).toEqual([])
  expect(store.queue.list()).toEqual([])
  after.queue.close()
  await after.dispose()
  after.runService.dispose()
})

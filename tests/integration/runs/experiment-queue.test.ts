import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EncodeRequest, TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ladderPresets } from '#shared/ladder.ts'
import { presets } from '#shared/presets.ts'
import { ExperimentQueue } from '../../../src-main/runs/experiment-queue.ts'
import { createLadder } from '../../../src-main/runs/ladder.ts'
import type { LadderPlan } from '../../../src-main/runs/ladder.ts'
import { Reconstructor } from '../../../src-main/runs/reconstructions.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('experiment')
  open()
  facesDataset(store, { count: 20 })
})
afterEach(() => {
  store.close()
  folder.remove()
})

function open(): void {
  store = openStore(folder.path)
  runService = new RunService(store)
}

const plan = {
  datasetId: 'faces',
  presets: ['balanced', 'ladder-1-vanilla', 'ladder-3-unet'],
  budget: { steps: 7 },
  seed: 3,
  changes: { hidden: 8 },
  device: 'cpu' as const,
}
const newLadder = (changes: Partial<LadderPlan> = {}) =>
  createLadder({ store, runService }, { ...plan, ...changes })
const statuses = (id: string) => store.runs.ofExperiment(id).map(({ status }) => status)
const result = (outcome: TrainResult['outcome'], step = 7): TrainResult => ({
  outcome,
  step,
  trainedSeconds: 1,
  losses: {},
  stepsPerSecond: 5,
})
const finish = () => Promise.resolve(result('finished'))
const crash = () => Promise.reject(new FlowerbedError('crashed', 'The engine process ended unexpectedly.'))
const fail = () => Promise.reject(new FlowerbedError('non-finite', 'The velocity loss is not a number.'))

/** The app's queue and trainingQueue around an engine that does what the test says; without a word it trains until paused. */
function scripted(starts: ((request: TrainRequest) => Promise<TrainResult>)[] = []) {
  const seen = { trained: [] as TrainRequest[], reconstruction: [] as string[], ends: 0 }
  const told: Experiment['activity'][] = []
  const notices: string[] = []
  let end: ((outcome: TrainResult) => void) | null = null
  const endEngine = () => {
    seen.ends++
    return Promise.resolve()
  }
  const trainingQueue = new TrainingQueue({
    runService,
    engine: {
      train: (request) => {
        seen.trained.push(request)
        const start = starts.shift()
        return start ? start(request) : new Promise((resolve) => (end = resolve))
      },
      pause: (runId) => {
        const file = 'step-4.safetensors'
        const record = { runId, step: 4, file, sha256: 'x', bytes: 1, loss: 1, createdAt: 1 }
        runService.record({ type: 'checkpoint', record })
        return Promise.resolve(end?.(result('paused', 4)))
      },
      stop: () => Promise.resolve(end?.(result('stopped', 4))),
      extend: () => Promise.resolve(),
      end: endEngine,
    },
    notify: ({ message }) => notices.push(message),
  })
  const queue = new ExperimentQueue({
    store,
    runService,
    trainingQueue,
    reconstruct: ({ id }) => Promise.resolve(seen.reconstruction.push(id)),
    endEngine,
    onChange: ({ activity }) => told.push(activity),
  })
  const idle = (id: string) => expect.poll(() => queue.get(id).activity).toBeNull()
  return { trainingQueue, queue, seen, told, notices, idle, finishNow: () => end?.(result('finished')) }
}

describe('an experiment in the store', () => {
  test('is one run a system in the order of the ladder, with the same images, seed and budget', () => {
    const all = newLadder({ presets: undefined })
    expect(store.runs.ofExperiment(all.id).map(({ preset }) => preset)).toEqual(ladderPresets)
    const some = newLadder()
    expect([all.name, some.name]).toEqual(['Faces, systems compared', 'Faces, systems compared 2'])
    const runs = store.runs.ofExperiment(some.id)
    expect(runs.map(({ preset }) => preset)).toEqual(['ladder-1-vanilla', 'ladder-3-unet', 'balanced'])
    for (const { config, preset, status, experimentId } of runs) {
      expect(config).toEqual({ ...presets[preset as 'balanced'].config, steps: 7, seed: 3, hidden: 8 })
      expect({ status, experimentId }).toEqual({ status: 'waiting', experimentId: some.id })
    }
    store.close()
    open()
    expect(store.experiments.list()).toEqual([some, all])
    expect(statuses(some.id)).toEqual(['waiting', 'waiting', 'waiting'])
  })

  test('is not made at all when a setting does not hold for one of its systems', () => {
    expect(() => newLadder({ changes: { hidden: 2 } })).toThrow(/Base channels must be at least 4/)
    expect(() => newLadder({ presets: ['best'] })).toThrow(/not on the ladder/)
    expect(() => newLadder({ presets: [] })).toThrow(/No system/)
    expect(() => newLadder({ budget: {} })).toThrow(/steps or minutes/)
    expect(store.experiments.list()).toEqual([])
    expect(store.runs.list()).toEqual([])
  })

  test('goes with its last run, and its runs outlive it; its images may go before it', () => {
    const [first, second] = [newLadder(), newLadder()]
    for (const { id } of store.runs.ofExperiment(first.id)) {
      expect(store.experiments.find(first.id)).toBeDefined()
      store.runs.delete(id)
    }
    expect(store.experiments.find(first.id)).toBeUndefined()
    store.datasets.delete('faces')
    expect(store.experiments.get(second.id).datasetId).toBeNull()
    store.experiments.delete(second.id)
    expect(store.runs.list().map(({ experimentId }) => experimentId)).toEqual([null, null, null])
  })

  test('comes to a history from before there were experiments, whose runs stay', () => {
    const path = join(folder.path, 'old.sqlite')
    const db = openDatabase(path)
    migrate(
      db,
      path,
      migrations.filter(({ version }) => version < 20),
    )
    db.exec(`INSERT INTO runs (id, name, status, preset, config, dataset_name, picture_count, shape, device_choice,
      created_at, updated_at) VALUES ('old', 'Old', 'finished', 'balanced', '{}', 'Faces', 1, '{}', 'cpu', 1, 1)`)
    migrate(db, path)
    expect(db.prepare('SELECT id, experiment_id FROM runs').all()).toEqual([
      { id: 'old', experiment_id: null },
    ])
    const plan = db
      .prepare('EXPLAIN QUERY PLAN SELECT * FROM runs WHERE experiment_id = ? ORDER BY created_at, key')
      .all('a') as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH .* USING INDEX runs_by_experiment/)
    expect(plan).toHaveLength(1)
    db.close()
  })
})

describe('the queue', () => {
  test('trains one run after the other and reconstructions with each', async () => {
    const { id } = newLadder()
    const { queue, seen, told, idle } = scripted([finish, finish, finish])
    expect(await queue.resume(id)).toMatchObject({ id, activity: 'training' })
    await idle(id)
    const runs = store.runs.ofExperiment(id).map((run) => run.id)
    expect(seen.trained.map(({ runId }) => runId)).toEqual(runs)
    expect(seen.reconstruction).toEqual(runs)
    expect(told).toEqual([...Array(3).fill(['training', 'reconstructing']), null].flat())
    expect(statuses(id)).toEqual(['finished', 'finished', 'finished'])
    await expect(queue.resume(id)).rejects.toThrow(/reached its goal/)
  })

  test('tells of a run that fails, begins the next, and tries the failed one again when asked to go on', async () => {
    const { id } = newLadder()
    const { queue, notices, seen, idle } = scripted([fail, crash, crash, crash, finish, finish, finish])
    await queue.resume(id)
    await idle(id)
    expect(statuses(id)).toEqual(['failed', 'interrupted', 'finished'])
    expect(notices[0]).toContain('“Faces: Rung 1: vanilla” cannot resume')
    expect(seen.reconstruction).toHaveLength(1)
    await queue.resume(id)
    await idle(id)
    expect(statuses(id)).toEqual(['finished', 'finished', 'finished'])
    // What was only interrupted goes first.
    expect(seen.trained.slice(-2).map(({ config }) => config.network)).toEqual(['unet', 'conv'])
  })

  test('pause ends the run in hand and the queue; after a restart it goes on from the last save', async () => {
    const { id } = newLadder()
    const before = scripted([finish])
    await before.queue.resume(id)
    await expect.poll(() => before.seen.trained.length).toBe(2)
    expect(await before.queue.pause(id)).toMatchObject({ activity: null })
    expect(before.seen.ends).toBe(1)
    expect(statuses(id)).toEqual(['finished', 'paused', 'waiting'])

    store.close()
    open()
    const after = scripted([finish, finish])
    expect(after.queue.list()).toMatchObject([{ id, activity: null }])
    await after.queue.resume(id)
    await after.idle(id)
    const [, second, third] = store.runs.ofExperiment(id)
    expect(after.seen.trained.map(({ runId, resume }) => [runId, resume?.file])).toEqual([
      [second!.id, 'step-4.safetensors'],
      [third!.id, undefined],
    ])
  })

  test('pausing or stopping a run by itself does as one expects: pause halts the queue, stop lets the next begin', async () => {
    const { id } = newLadder()
    const { queue, trainingQueue, seen, idle, finishNow } = scripted()
    await queue.resume(id)
    const [first, second, third] = store.runs.ofExperiment(id)
    await trainingQueue.pause(first!.id)
    await idle(id)
    expect(statuses(id)).toEqual(['paused', 'waiting', 'waiting'])
    // Going on with a run of it goes on with it, from that run.
    await queue.resume(id, third!.id)
    await trainingQueue.stop(third!.id, true)
    await expect.poll(() => trainingQueue.running?.id).toBe(first!.id)
    finishNow()
    await expect.poll(() => trainingQueue.running?.id).toBe(second!.id)
    finishNow()
    await idle(id)
    expect(statuses(id)).toEqual(['finished', 'finished', 'stopped'])
    expect(seen.reconstruction).toEqual([first!.id, second!.id])
  })

  test('another run or experiment takes its place, and it waits', async () => {
    const [a, b] = [newLadder(), newLadder()]
    const { queue, trainingQueue, idle } = scripted()
    await queue.resume(a.id)
    await queue.resume(b.id)
    expect(queue.list().map(({ activity }) => activity)).toEqual(['training', null])
    expect(statuses(a.id)[0]).toBe('paused')
    const own = runService.create({ datasetId: 'faces', preset: 'balanced', changes: {}, device: 'cpu' })
    await trainingQueue.start(own)
    await idle(b.id)
    expect(trainingQueue.running?.id).toBe(own.id)
    expect(statuses(b.id)[0]).toBe('paused')
    await trainingQueue.pause(own.id)
    expect(trainingQueue.running).toBeNull()
  })

  test('begins nothing more once the app is to quit, nor without its images, nor what another process trains', async () => {
    const { id } = newLadder()
    const { queue, idle, finishNow, seen } = scripted()
    await queue.resume(id)
    queue.halt()
    finishNow()
    await idle(id)
    expect(statuses(id)).toEqual(['finished', 'waiting', 'waiting'])
    const [, second] = store.runs.ofExperiment(id)
    // A runService of its own stands for the other process.
    const other = new RunService(store)
    other.claim(second!.id)
    await expect(queue.resume(id)).rejects.toThrow(/Another Flowerbed/)
    other.dispose()
    store.datasets.delete('faces')
    await expect(queue.resume(id)).rejects.toThrow(/images of this experiment were deleted/)
    expect(seen.trained).toHaveLength(1)
  })

  test('is deleted with its runs and their bytes, or leaves them; not while it is under way', async () => {
    const [kept, gone] = [newLadder(), newLadder()]
    const { queue } = scripted()
    const [run] = store.runs.ofExperiment(gone.id)
    mkdirSync(runFolder(folder.path, run!.id), { recursive: true })
    writeFileSync(join(runFolder(folder.path, run!.id), 'note'), '12345')
    await queue.resume(gone.id)
    await expect(queue.delete(gone.id, { runs: false })).rejects.toThrow(/being trained/)
    await queue.pause(gone.id)
    expect(await queue.delete(gone.id, { runs: true })).toMatchObject({ freedBytes: 5 })
    expect(await queue.delete(kept.id, { runs: false })).toMatchObject({ freedBytes: 0 })
    expect(store.experiments.list()).toEqual([])
    expect(store.runs.list().map(({ experimentId }) => experimentId)).toEqual([null, null, null])
  })
})

test('what a run has reconstruction is kept until it learns more', async () => {
  const { id } = newLadder()
  const [vanilla] = store.runs.ofExperiment(id)
  const asked: EncodeRequest[] = []
  const shape = { height: 8, width: 8, channels: 3 } as const
  const pixels = Uint8Array.from({ length: 8 * 192 }, (_, i) => i % 256)
  const reconstructor = new Reconstructor({
    store,
    runService,
    encode: (request) => {
      asked.push(request)
      const batch = { ...shape, count: 8, pixels }
      const reconstructionError = Array.from({ length: 8 }, () => 0.25)
      return Promise.resolve({
        codes: null,
        latents: new Float32Array(),
        originals: batch,
        reconstructions: batch,
        reconstructionError,
      })
    },
  })
  expect(await reconstructor.find(vanilla!.id)).toBeNull()
  const [first, again] = await Promise.all([
    reconstructor.reconstruct(vanilla!.id),
    reconstructor.reconstruct(vanilla!.id),
  ])
  expect(again).toEqual(first)
  expect(await reconstructor.find(vanilla!.id)).toEqual(first)
  expect(first).toMatchObject({ encoder: 'inversion', error: Array(8).fill(0.25) })
  expect(first.drawn.pixels).toEqual(pixels)
  expect(asked).toHaveLength(1)
  expect(asked[0]!.images.map((image) => image.kind === 'dataset' && image.index)).toEqual([
    0, 2, 5, 7, 10, 12, 15, 17,
  ])
  const record = { step: 9, file: 'b', sha256: 'x', bytes: 1, loss: 1, createdAt: 1 }
  runService.record({ type: 'checkpoint', record: { ...record, runId: vanilla!.id } })
  expect(await reconstructor.find(vanilla!.id)).toBeNull()
})

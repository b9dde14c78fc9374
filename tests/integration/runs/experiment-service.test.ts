import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ExperimentService } from '../../../src-main/runs/experiment-service.ts'
import { QueuedRuns } from '../../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../../src-main/runs/run-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../../src-main/runs/training-queues.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { FacesHistory } from '../../helpers/faces-history.ts'

const faces = new FacesHistory()
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
    runService: faces.runService,
    engine: {
      train: (request) => {
        seen.trained.push(request)
        const start = starts.shift()
        return start ? start(request) : new Promise((resolve) => (end = resolve))
      },
      pause: (runId) => {
        const file = 'step-4.safetensors'
        const record = { runId, step: 4, file, sha256: 'x', bytes: 1, loss: 1, createdAt: 1 }
        faces.runService.record({ type: 'checkpoint', record })
        return Promise.resolve(end?.(result('paused', 4)))
      },
      stop: () => Promise.resolve(end?.(result('stopped', 4))),
      extend: () => Promise.resolve(),
      end: endEngine,
    },
    notify: ({ message }) => notices.push(message),
  })
  const runQueue = new RunQueue({
    queued: new QueuedRuns(faces),
    runService: faces.runService,
    trainingQueues: new TrainingQueues(() => trainingQueue),
    finish: ({ id }) => Promise.resolve(void seen.reconstruction.push(id)),
    endFinish: endEngine,
    onChange: () => queue.report(),
  })
  const queue = new ExperimentService({
    ...{ store: faces.store, runService: faces.runService, runQueue },
    onChange: ({ activity }) => told.push(activity),
  })
  const idle = (id: string) => expect.poll(() => queue.get(id).activity).toBeNull()
  return {
    trainingQueue,
    runQueue,
    queue,
    seen,
    told,
    notices,
    idle,
    finishNow: () => end?.(result('finished')),
  }
}

describe('the queue of an experiment', () => {
  test('trains one run after the other and reconstructions with each', async () => {
    const { id } = faces.newLadder()
    const { queue, seen, told, idle } = scripted([finish, finish, finish])
    expect(await queue.resume(id)).toMatchObject({ id, activity: 'training' })
    await idle(id)
    const runs = faces.store.runs.ofExperiment(id).map((run) => run.id)
    expect(seen.trained.map(({ runId }) => runId)).toEqual(runs)
    expect(seen.reconstruction).toEqual(runs)
    expect(told).toEqual([...Array(3).fill(['training', 'reconstructing']), null].flat())
    expect(faces.statuses(id)).toEqual(['finished', 'finished', 'finished'])
    await expect(queue.resume(id)).rejects.toThrow(/reached its goal/)
  })

  test('reports a run that fails, begins the next, and tries the failed one again on resume', async () => {
    const { id } = faces.newLadder()
    const { queue, notices, seen, idle } = scripted([fail, crash, crash, crash, finish, finish, finish])
    await queue.resume(id)
    await idle(id)
    expect(faces.statuses(id)).toEqual(['failed', 'interrupted', 'finished'])
    expect(notices[0]).toContain('“Faces: Rung 1: vanilla” cannot resume')
    expect(seen.reconstruction).toHaveLength(1)
    await queue.resume(id)
    await idle(id)
    expect(faces.statuses(id)).toEqual(['finished', 'finished', 'finished'])
    // What was only interrupted goes first.
    expect(seen.trained.slice(-2).map(({ config }) => config.network)).toEqual(['unet', 'conv'])
  })

  test('pause ends the run in training and the queue; after a restart it resumes from the last checkpoint', async () => {
    const { id } = faces.newLadder()
    const before = scripted([finish])
    await before.queue.resume(id)
    await expect.poll(() => before.seen.trained.length).toBe(2)
    expect(await before.queue.pause(id)).toMatchObject({ activity: null })
    expect(before.seen.ends).toBe(1)
    expect(faces.statuses(id)).toEqual(['finished', 'paused', 'waiting'])

    faces.store.close()
    faces.open()
    const after = scripted([finish, finish])
    expect(after.queue.list()).toMatchObject([{ id, activity: null }])
    await after.queue.resume(id)
    await after.idle(id)
    const [, second, third] = faces.store.runs.ofExperiment(id)
    expect(after.seen.trained.map(({ runId, resume }) => [runId, resume?.file])).toEqual([
      [second!.id, 'step-4.safetensors'],
      [third!.id, undefined],
    ])
  })

  test('pausing or stopping a run by itself does as one expects: pause halts the queue, stop lets the next begin', async () => {
    const { id } = faces.newLadder()
    const { queue, runQueue, trainingQueue, seen, idle, finishNow } = scripted()
    await queue.resume(id)
    expect(faces.statuses(id).slice(1)).toEqual(['queued', 'queued'])
    const [first, second, third] = faces.store.runs.ofExperiment(id)
    await runQueue.pause(first!.id)
    await idle(id)
    expect(faces.statuses(id)).toEqual(['paused', 'waiting', 'waiting'])
    // Resuming one of its runs resumes the experiment from that run.
    await queue.resume(id, { first: third!.id })
    await trainingQueue.stop(third!.id, true)
    await expect.poll(() => trainingQueue.running?.id).toBe(first!.id)
    finishNow()
    await expect.poll(() => trainingQueue.running?.id).toBe(second!.id)
    finishNow()
    await idle(id)
    expect(faces.statuses(id)).toEqual(['finished', 'finished', 'stopped'])
    expect(seen.reconstruction).toEqual([first!.id, second!.id])
  })

  test('stop ends the run in training and starts no other; resumed, it trains those that are left', async () => {
    const { id } = faces.newLadder()
    const { queue, seen, idle, trainingQueue, finishNow } = scripted()
    await queue.resume(id)
    await queue.stop(id, { save: true })
    await idle(id)
    expect(faces.statuses(id)).toEqual(['stopped', 'waiting', 'waiting'])
    expect(seen.trained).toHaveLength(1)
    await queue.resume(id)
    const [, second, third] = faces.store.runs.ofExperiment(id)
    expect(trainingQueue.running?.id).toBe(second!.id)
    finishNow()
    await expect.poll(() => trainingQueue.running?.id).toBe(third!.id)
    finishNow()
    await idle(id)
    expect(faces.statuses(id)).toEqual(['stopped', 'finished', 'finished'])
  })

  test('another run or experiment takes its place, and it waits', async () => {
    const [a, b] = [faces.newLadder(), faces.newLadder()]
    const { queue, runQueue, trainingQueue, idle } = scripted()
    await queue.resume(a.id)
    await queue.resume(b.id)
    await idle(a.id)
    expect(queue.get(b.id).activity).toBe('training')
    expect(faces.statuses(a.id)).toEqual(['paused', 'waiting', 'waiting'])
    const own = faces.runService.create({
      datasetId: 'faces',
      preset: 'pixel-posterior',
      changes: {},
      device: 'cpu',
    })
    await runQueue.start(own)
    await idle(b.id)
    expect(trainingQueue.running?.id).toBe(own.id)
    expect(faces.statuses(b.id)[0]).toBe('paused')
    await runQueue.pause(own.id)
    expect(trainingQueue.running).toBeNull()
  })

  test('begins nothing more once the app is to quit, nor without its images, nor what another process trains', async () => {
    const { id } = faces.newLadder()
    const { queue, runQueue, finishNow, seen } = scripted()
    await queue.resume(id)
    runQueue.close()
    finishNow()
    await expect.poll(() => queue.get(id).activity).toBe('queued')
    expect(faces.statuses(id)).toEqual(['finished', 'queued', 'queued'])
    await queue.pause(id)
    expect(queue.get(id).activity).toBeNull()
    const [, second] = faces.store.runs.ofExperiment(id)
    // A runService of its own stands for the other process.
    const other = new RunService(faces.store)
    other.claim(second!.id)
    await expect(queue.resume(id)).rejects.toThrow(/Another Flowerbed/)
    other.dispose()
    faces.store.datasets.delete('faces')
    await expect(queue.resume(id)).rejects.toThrow(/images of this experiment were deleted/)
    expect(seen.trained).toHaveLength(1)
  })

  test('is deleted with its runs and their bytes, or leaves them; not while it is under way', async () => {
    const [kept, gone] = [faces.newLadder(), faces.newLadder()]
    const { queue } = scripted()
    const [run] = faces.store.runs.ofExperiment(gone.id)
    mkdirSync(runFolder(faces.folder.path, run!.id), { recursive: true })
    writeFileSync(join(runFolder(faces.folder.path, run!.id), 'note'), '12345')
    await queue.resume(gone.id)
    await expect(queue.delete(gone.id, { runs: false })).rejects.toThrow(/being trained/)
    await queue.pause(gone.id)
    expect(await queue.delete(gone.id, { runs: true })).toMatchObject({ freedBytes: 5 })
    expect(await queue.delete(kept.id, { runs: false })).toMatchObject({ freedBytes: 0 })
    expect(faces.store.experiments.list()).toEqual([])
    expect(faces.store.runs.list().map(({ experimentId }) => experimentId)).toEqual([null, null, null])
  })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('trainingQueue')
  store = openStore(folder.path)
  runService = new RunService(store)
  facesDataset(store)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const newRun = () =>
  runService.create({ datasetId: 'faces', preset: 'pixel-posterior', changes: {}, device: 'cpu' })
const result = (outcome: TrainResult['outcome']): TrainResult => ({
  outcome,
  step: 5,
  trainedSeconds: 1,
  losses: {},
  stepsPerSecond: 5,
})

/** An engine that does what the test says at each start of training. */
function scriptedDesk(starts: ((request: TrainRequest) => Promise<TrainResult>)[]) {
  const notices: string[] = []
  const ended: RunRecord[] = []
  const seen = { trained: [] as string[], ends: 0 }
  let pauseNow: (() => void) | null = null
  const trainingQueue = new TrainingQueue({
    runService,
    engine: {
      train: (request) => {
        seen.trained.push(request.runId)
        const start = starts.shift()
        if (start) return start(request)
        return new Promise((resolve) => {
          pauseNow = () => resolve(result('paused'))
        })
      },
      pause: () => Promise.resolve(pauseNow?.()),
      stop: () => Promise.resolve(),
      extend: () => Promise.resolve(),
      end: () => {
        seen.ends++
        return Promise.resolve()
      },
    },
    notify: ({ message }) => notices.push(message),
    onEnd: (run) => ended.push(run),
  })
  return { trainingQueue, notices, ended, seen }
}

const crash = () => Promise.reject(new FlowerbedError('crashed', 'The engine process ended unexpectedly.'))
const status = (run: RunRecord) => store.runs.get(run.id).status

test('a run resumes by itself after a crash, and finishes', async () => {
  const run = newRun()
  const { trainingQueue, notices, ended, seen } = scriptedDesk([
    crash,
    () => Promise.resolve(result('finished')),
  ])
  await trainingQueue.start(run)
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(seen.trained).toEqual([run.id, run.id])
  expect(status(run)).toBe('finished')
  expect(ended.map(({ id }) => id)).toEqual([run.id])
  expect(notices).toEqual([`The engine ended unexpectedly while “${run.name}” was training.`])
})

test('three crashes within five minutes, and it stops and asks', async () => {
  const run = newRun()
  const { trainingQueue, notices, seen } = scriptedDesk([crash, crash, crash])
  await trainingQueue.start(run)
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(seen.trained).toHaveLength(3)
  expect(status(run)).toBe('interrupted')
  expect(notices.at(-1)).toContain('3 times within five minutes')
})

test('a run that cannot resume fails at once, with the reason in its record', async () => {
  const run = newRun()
  const { trainingQueue, seen } = scriptedDesk([
    () => Promise.reject(new FlowerbedError('non-finite', 'The velocity loss is not a number at step 7.')),
  ])
  await trainingQueue.start(run)
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(seen.trained).toHaveLength(1)
  expect(store.runs.get(run.id)).toMatchObject({ status: 'failed', error: { kind: 'non-finite' } })
})

test('pause ends the engine’s process; a second run pauses the first', async () => {
  const [first, second] = [newRun(), newRun()]
  const { trainingQueue, notices, seen } = scriptedDesk([])
  await trainingQueue.start(first)
  await trainingQueue.start(second)
  expect(status(first)).toBe('paused')
  expect(trainingQueue.running?.id).toBe(second.id)
  expect(seen.ends).toBe(1)
  // The user was asked before.
  expect(notices).toEqual([])
  await trainingQueue.pause(second.id)
  expect(status(second)).toBe('paused')
  expect(seen.ends).toBe(2)
  expect(trainingQueue.running).toBeNull()
})

test('of two starts at once the first is paused, and one run trains', async () => {
  const [first, second] = [newRun(), newRun()]
  const { trainingQueue, seen } = scriptedDesk([])
  await Promise.all([trainingQueue.start(first), trainingQueue.start(second)])
  expect(seen.trained).toEqual([first.id, second.id])
  expect(status(first)).toBe('paused')
  expect(trainingQueue.running?.id).toBe(second.id)

  // Asked for twice, a run is started once; a third start comes after both.
  const third = newRun()
  await Promise.all([
    trainingQueue.start(third),
    trainingQueue.start(third),
    trainingQueue.start(store.runs.get(first.id)),
  ])
  expect(seen.trained).toEqual([first.id, second.id, third.id, first.id])
  expect(store.runs.live()).toEqual([first.id])
  await trainingQueue.pause(first.id)
})

test('a run that another process trains is refused before the one in training makes room', async () => {
  const own = newRun()
  const maker = new RunService(store)
  const { id } = maker.create({ datasetId: 'faces', preset: 'pixel-posterior', changes: {}, device: 'cpu' })
  const { trainingQueue } = scriptedDesk([])
  await trainingQueue.start(own)
  await expect(trainingQueue.start(store.runs.get(id))).rejects.toThrow(/Another Flowerbed/)
  await expect(trainingQueue.extend(id, { steps: 5 })).rejects.toThrow(/Another Flowerbed/)
  await expect(trainingQueue.pause(id)).rejects.toThrow(/Another Flowerbed/)
  await expect(trainingQueue.stop(id, true)).rejects.toThrow(/Another Flowerbed/)
  expect(trainingQueue.running?.id).toBe(own.id)
  expect(store.runs.get(id).config.steps).toBe(own.config.steps)
  await trainingQueue.pause(own.id)
  maker.dispose()
})

test('nothing is started any more when the app quits, not even after the engine was ended', async () => {
  const run = newRun()
  let crashNow: (error: Error) => void = () => undefined
  const { trainingQueue, seen } = scriptedDesk([() => new Promise((_, reject) => (crashNow = reject))])
  await trainingQueue.start(run)
  const closing = trainingQueue.close()
  crashNow(new FlowerbedError('crashed', 'The engine process ended unexpectedly.'))
  await closing
  expect(seen.trained).toHaveLength(1)
  expect(status(run)).toBe('interrupted')
  await expect(trainingQueue.start(newRun())).rejects.toThrow(/about to quit/)
})

test('a run whose record is gone ends, and the next one can be trained', async () => {
  const run = newRun()
  let end: () => void = () => undefined
  const { trainingQueue, notices } = scriptedDesk([
    () => new Promise((resolve) => (end = () => resolve(result('finished')))),
  ])
  await trainingQueue.start(run)
  store.runs.delete(run.id)
  end()
  await expect.poll(() => trainingQueue.running).toBeNull()
  expect(notices).toEqual([])
  const next = newRun()
  await trainingQueue.start(next)
  expect(trainingQueue.running?.id).toBe(next.id)
  await trainingQueue.pause(next.id)
})

test('a run in training has progress to save until its record is deleted, or while that cannot be read', async () => {
  const run = newRun()
  const { trainingQueue } = scriptedDesk([])
  const find = vi.spyOn(runService, 'find')
  await trainingQueue.start(run)
  expect(trainingQueue.unsaved?.id).toBe(run.id)
  find.mockImplementationOnce(() => {
    throw new Error('database is locked')
  })
  expect(trainingQueue.unsaved?.id).toBe(run.id)
  store.runs.delete(run.id)
  expect(trainingQueue.running?.id).toBe(run.id)
  expect(trainingQueue.unsaved).toBeNull()
})

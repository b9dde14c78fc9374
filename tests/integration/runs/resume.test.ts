import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { checkpointFile } from '../../../src-main/files/checkpoint-names.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let runId: string
let warnings: string[]
let requests: TrainRequest[]

beforeEach(() => {
  folder = temporaryFolder('resume')
  store = openStore(folder.path)
  warnings = []
  requests = []
  runService = new RunService(store, { warning: (_, message) => warnings.push(message) })
  facesDataset(store)
  const changes = { steps: 8, checkpointKeep: 3 }
  runId = runService.create({ datasetId: 'faces', preset: 'pixel-posterior', changes, device: 'cpu' }).id
})
afterEach(() => {
  runService.dispose()
  store.close()
  folder.remove()
})

const machine: Machine = {
  flowerbed: '0',
  tensorflow: '0',
  node: '0',
  electron: null,
  platform: 'x',
  cpu: 'x',
  cores: 1,
  memoryBytes: 1,
  device: 'cpu',
  deviceName: 'x',
}
const run = () => store.runs.get(runId)
const allEvents = () => store.events.list(store.runs.key(runId))
const bounds = ['started', 'paused', 'ended']
/** All but those of each start and end. */
const events = () => allEvents().filter(({ kind }) => !bounds.includes(kind))
const outcome = (step: number): TrainResult => ({
  outcome: step < 8 ? 'paused' : 'finished',
  step,
  trainedSeconds: step,
  losses: {},
  stepsPerSecond: 1,
})

/** An engine that trains to each of these steps with a checkpoint, and cannot read the files that are named. */
const engine = (steps: number[], unreadable: number[] = []) => ({
  train: (request: TrainRequest): Promise<TrainResult> => {
    requests.push(request)
    const file = request.resume?.file
    if (file !== undefined && unreadable.some((step) => checkpointFile(step) === file)) {
      const error = new FlowerbedError('corrupt', 'Its bytes are not those that were written.', {
        where: `/runs/x/checkpoints/${file}`,
      })
      return Promise.reject(error)
    }
    const from = Number(/\d+/.exec(file ?? '0')?.[0])
    runService.record({ type: 'started', runId, machine, step: from })
    for (const step of steps) {
      const points = [{ step, seconds: step, values: { loss: 1 } }]
      runService.record({ type: 'metrics', runId, points })
      const record = { step, file: checkpointFile(step), sha256: 'x', bytes: 1, loss: null, createdAt: step }
      runService.record({ type: 'checkpoint', record: { runId, ...record } })
    }
    return Promise.resolve(outcome(steps.at(-1) ?? from))
  },
})
const failing = (kind: 'no-space' | 'crashed') => ({
  train: () => Promise.reject(new FlowerbedError(kind, 'It cannot begin.')),
})

describe('changes of a run that resumes', () => {
  test('are written when training has begun, as events too', async () => {
    await runService.train(runId, engine([4]))
    const config = resumedConfig(run(), { more: { steps: 2 }, changes: { learningRate: '0.0005' } })
    await runService.train(runId, engine([10]), { config, name: 'Renamed' })
    expect(requests[1]!.config).toMatchObject({ steps: 10, learningRate: 0.0005 })
    expect(run()).toMatchObject({ name: 'Renamed', config: { steps: 10, learningRate: 0.0005 } })
    const before = requests[0]!.config
    expect(events()).toMatchObject([
      { kind: 'resumed', step: 4, detail: { checkpoint: checkpointFile(4) } },
      {
        kind: 'settings',
        step: 4,
        detail: { steps: { from: 8, to: 10 }, learningRate: { from: before.learningRate, to: 0.0005 } },
      },
    ])
  })

  test('each start, pause and end is an event at its step', async () => {
    await runService.train(runId, engine([4]))
    await runService.train(runId, engine([8]))
    expect(allEvents()).toMatchObject([
      { kind: 'started', step: 0, detail: { device: 'x' } },
      { kind: 'paused', step: 4 },
      { kind: 'resumed', step: 4 },
      { kind: 'ended', step: 8, detail: { status: 'finished' } },
    ])
  })

  test.each(['no-space', 'crashed'] as const)(
    'are not written when training cannot begin (%s): a finished run stays as it was, however often it is tried',
    async (kind) => {
      await runService.train(runId, engine([4, 8]))
      const before = run()
      for (let tries = 0; tries < 2; tries++) {
        const config = resumedConfig(run(), { more: { steps: 4 } })
        await expect(runService.train(runId, failing(kind), { config })).rejects.toThrow('It cannot begin.')
      }
      expect({ ...run(), updatedAt: 0 }).toEqual({ ...before, updatedAt: 0 })
      expect(events()).toEqual([])
      const config = resumedConfig(run(), { more: { steps: 4 } })
      await runService.train(runId, engine([12]), { config })
      expect(run().config.steps).toBe(12)
    },
  )

  test('are refused where they would change what the weights mean, in words that say what can change', () => {
    for (const changes of [{ hidden: 8 }, { batch: 4 }, { seed: 2 }, { nonsense: 1 }]) {
      const [key] = Object.keys(changes)
      expect(() => resumedConfig(run(), { changes })).toThrow(
        expect.objectContaining({
          kind: 'bad-input',
          message: `“${key}” cannot change when a run resumes.`,
          hint: expect.stringContaining('learningRate, clipNorm') as string,
        }),
      )
    }
    expect(() => resumedConfig(run(), { changes: { learningRate: -1 } })).toThrow(/at least/)
    expect(() => resumedConfig(run(), { more: { steps: 1e9 } })).toThrow(/at most/)
  })
})

describe('a checkpoint that cannot be read', () => {
  beforeEach(async () => {
    await runService.train(runId, engine([2, 4, 6]))
    requests = []
  })
  const resumedFrom = () => requests.map(({ resume }) => resume?.file)

  test('is replaced by the one before it, which the record says', async () => {
    expect(await runService.train(runId, engine([5], [6]))).toMatchObject({ step: 5 })
    expect(resumedFrom()).toEqual([checkpointFile(6), checkpointFile(4)])
    expect(warnings).toEqual([
      'The checkpoint of step 6 cannot be read: Its bytes are not those that were written. Training resumes from the one of step 4.',
    ])
    expect(events()).toMatchObject([
      { kind: 'checkpoint-damaged', step: 6 },
      { kind: 'resumed', step: 4 },
    ])
    expect([...store.metrics.series(store.runs.key(runId)).steps]).toEqual([2, 4, 5])
  })

  test('is not tried again, nor sampled from, until it is written again', async () => {
    await runService.train(runId, engine([], [6]))
    expect(runService.checkpoints.list(runId).find(({ step }) => step === 6)).toMatchObject({ damaged: true })
    expect(runService.modelSource(runId).checkpoint).toBe(checkpointFile(4))
    await runService.train(runId, engine([6]))
    expect(resumedFrom().slice(2)).toEqual([checkpointFile(4)])
    expect(runService.modelSource(runId).checkpoint).toBe(checkpointFile(6))
    expect(runService.checkpoints.list(runId).map(({ damaged }) => damaged)).toEqual([false, false, false])
  })

  test('is said to be the last where there is no other, and the run does not start over in silence', async () => {
    const error = expect.objectContaining({
      kind: 'corrupt',
      hint: 'The run has no other checkpoint. Start a new run with its settings.',
    }) as Error
    await expect(runService.train(runId, engine([8], [2, 4, 6]))).rejects.toThrow(error)
    await expect(runService.train(runId, engine([8]))).rejects.toThrow(error)
    expect(resumedFrom()).toEqual([6, 4, 2].map(checkpointFile))
    expect(run().step).toBe(6)
  })

  test('that was asked for is refused with the others there are', async () => {
    await expect(runService.train(runId, engine([8], [4]), { checkpoint: 4 })).rejects.toThrow(
      expect.objectContaining({ hint: 'These can be used instead: step 6, 2.' }),
    )
    expect(resumedFrom()).toEqual([checkpointFile(4)])
  })
})

test('samples are made with the latest checkpoint that can be read, and the one asked for is never replaced', async () => {
  await runService.train(runId, engine([2, 4, 6]))
  const used: (string | null)[] = []
  const sample = (unreadable: number[]) => (model: { checkpoint: string | null }) => {
    used.push(model.checkpoint)
    const missing = unreadable.map(checkpointFile).find((file) => file === model.checkpoint)
    if (missing === undefined) return Promise.resolve('sampled')
    return Promise.reject(new FlowerbedError('not-found', 'It is gone.', { where: `/x/${missing}` }))
  }
  expect(await runService.withModel(runId, sample([6]))).toBe('sampled')
  expect(used).toEqual([6, 4].map(checkpointFile))
  expect(warnings).toEqual([
    'The checkpoint of step 6 cannot be read: It is gone. The one of step 4 is used.',
  ])
  await expect(runService.withModel(runId, sample([4]), 4)).rejects.toThrow(
    expect.objectContaining({ hint: 'These can be used instead: step 2.' }),
  )
  await expect(runService.withModel(runId, sample([2]))).rejects.toThrow(/step 2 cannot be read/)
  await expect(runService.withModel(runId, sample([]))).rejects.toThrow(/cannot be read/)
  // An error that is not about the checkpoint is not taken for one.
  const other = () =>
    Promise.reject(new FlowerbedError('not-found', 'No such image.', { where: '/image.png' }))
  await expect(runService.withModel(runId, other, 6)).rejects.toThrow('No such image.')
})

test('a run resumed from an earlier checkpoint resumes from there the next time too', async () => {
  await runService.train(runId, engine([2, 4, 6]))
  await runService.train(runId, engine([]), { checkpoint: 2 })
  expect(requests[1]!.resume?.file).toBe(checkpointFile(2))
  expect([...store.metrics.series(store.runs.key(runId)).steps]).toEqual([2])
  await runService.train(runId, engine([]))
  expect(requests[2]!.resume?.file).toBe(checkpointFile(2))
})

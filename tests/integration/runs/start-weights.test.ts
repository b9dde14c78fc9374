import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TrainRequest } from '#shared/engine-messages.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { checkpointFile, checkpointFolder, descriptionOf } from '../../../src-main/files/checkpoint-names.ts'
import { runFolder, startFolder } from '../../../src-main/files/data-folder.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let parentId: string

beforeEach(() => {
  folder = temporaryFolder('start-weights')
  store = openStore(folder.path)
  runService = new RunService(store)
  facesDataset(store)
  const changes = { hidden: 12, batch: 3, steps: 40 }
  parentId = runService.create({ datasetId: 'faces', preset: 'pixel-posterior', changes, device: 'cpu' }).id
  for (const step of [20, 30]) {
    const file = checkpointFile(step)
    const checkpoints = checkpointFolder(runFolder(folder.path, parentId))
    mkdirSync(checkpoints, { recursive: true })
    writeFileSync(join(checkpoints, file), `arrays of ${step}`)
    writeFileSync(join(checkpoints, descriptionOf(file)), '{}')
    const saved = { runId: parentId, step, file, sha256: 'x', bytes: 3, loss: null, createdAt: step }
    runService.record({ type: 'checkpoint', record: saved })
  }
  runService.abandon(parentId)
})
afterEach(() => {
  runService.dispose()
  store.close()
  folder.remove()
})

const child = (changes: Record<string, unknown> = {}, preset = 'pixel-posterior') =>
  runService.createFrom({ runId: parentId }, { datasetId: 'faces', preset, changes, device: 'cpu' })

test('a run that starts from another’s weights has its settings, names it, and outlives it', async () => {
  const run = child({ steps: 7 })
  const parent = { id: parentId, name: store.runs.get(parentId).name, step: 30 }
  expect(run).toMatchObject({ parent, step: 0, config: { hidden: 12, batch: 3, steps: 7 } })
  expect(store.runs.get(run.id).parent).toEqual(parent)
  await runService.delete(parentId)
  const file = join(checkpointFolder(startFolder(folder.path, run.id)), checkpointFile(30))
  expect(readFileSync(file, 'utf8')).toBe('arrays of 30')

  // Until it has a checkpoint of its own, the engine is told to start from these.
  const requests: TrainRequest[] = []
  const engine = {
    train: (request: TrainRequest) => {
      requests.push(request)
      return Promise.reject(new Error('enough'))
    },
  }
  await expect(runService.train(run.id, engine)).rejects.toThrow('enough')
  const directory = startFolder(folder.path, run.id)
  expect(requests).toMatchObject([{ runId: run.id, start: { directory, file: checkpointFile(30) } }])
  expect(store.runs.get(run.id).parent).toEqual(parent)
})

test('with another preset only the network is the parent’s, and a chosen checkpoint is used', () => {
  const options = { datasetId: 'faces', preset: 'auto', changes: {}, device: 'cpu' as const }
  const run = runService.createFrom({ runId: parentId, checkpoint: 20 }, options)
  expect(run.parent?.step).toBe(20)
  expect(run.config).toMatchObject({ hidden: 12, network: store.runs.get(parentId).config.network })
  expect(run.config.batch).not.toBe(3)
})

test('another network is refused with the settings that differ, and nothing is left', () => {
  const before = store.runs.list().length
  expect(() => child({ hidden: 16, posterior: false })).toThrow(
    expect.objectContaining({
      kind: 'conflict',
      message:
        'The weights are of another network: hidden was 12 and is 16, posterior was true and is false.',
    }),
  )
  expect(() =>
    runService.createFrom(
      { runId: parentId, checkpoint: 99 },
      { datasetId: 'faces', preset: 'pixel-posterior', changes: {}, device: 'cpu' },
    ),
  ).toThrow(expect.objectContaining({ kind: 'not-found' }))
  expect(store.runs.list()).toHaveLength(before)
  expect(existsSync(join(folder.path, 'runs'))).toBe(true)
})

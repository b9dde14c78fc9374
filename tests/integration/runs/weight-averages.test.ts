import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { comparedCounts, comparedWidths } from '#shared/weight-averaging.ts'
import type { AverageRequest, AverageResult } from '#shared/weight-averaging.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import {
  averagedFile,
  checkpointFile,
  checkpointFolder,
  descriptionOf,
} from '../../../src-main/files/checkpoint-names.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { WeightAverages } from '../../../src-main/runs/weight-averages.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let asked: AverageRequest[]
let averages: WeightAverages

beforeEach(() => {
  folder = temporaryFolder('weight-averages')
  store = openStore(folder.path)
  runService = new RunService(store)
  facesDataset(store)
  asked = []
  averages = new WeightAverages({ store, runService, average: (request) => Promise.resolve(answer(request)) })
})
afterEach(() => {
  store.close()
  folder.remove()
})

/** An engine that takes the last width. */
function answer(request: AverageRequest): AverageResult {
  asked.push(request)
  const { runId, runDirectory } = request.model
  const width = request.widths.at(-1) ?? 0
  const file = averagedFile(8, width.toFixed(3))
  writeFileSync(join(checkpointFolder(runDirectory), file), 'abcd')
  writeFileSync(join(checkpointFolder(runDirectory), descriptionOf(file)), '{}')
  const record = { runId, step: 8, file, sha256: 'y', bytes: 4, loss: null, createdAt: 1 }
  return { step: 8, width, compared: [], count: 0, snapshots: 3, record }
}

/** A run with a checkpoint of step 8. */
async function trained(
  emaKind: 'power' | 'decay',
  status: 'paused' | 'training' = 'paused',
): Promise<string> {
  const { id } = runService.create({
    datasetId: 'faces',
    preset: 'pixel-posterior',
    changes: { emaKind },
    device: 'cpu',
  })
  const checkpoints = checkpointFolder(runFolder(folder.path, id))
  mkdirSync(checkpoints, { recursive: true })
  const file = checkpointFile(8)
  writeFileSync(join(checkpoints, file), 'abc')
  writeFileSync(join(checkpoints, descriptionOf(file)), '{}')
  const record = { runId: id, step: 8, file, sha256: 'x', bytes: 3, loss: null, createdAt: 1 }
  runService.record({ type: 'checkpoint', record })
  await runService.checkpoints.settled()
  runService.dispose()
  store.runs.update(id, { status })
  return id
}

test('the average that was made is what the checkpoint samples with, and can be chosen again', async () => {
  const id = await trained('power')
  await averages.make(id, { width: 0.2 })
  expect(asked[0]).toMatchObject({ widths: [0.2], count: comparedCounts.default, seed: 1, device: 'cpu' })
  expect(asked[0]!.model.checkpoint).toBe(checkpointFile(8))
  expect(runService.modelSource(id).checkpoint).toBe('step-00000008-width-0.200.safetensors')
  await averages.make(id, { checkpoint: 8, count: 64, seed: 3, job: 'j' })
  expect(asked[1]).toMatchObject({ widths: comparedWidths, count: 64, seed: 3, job: 'j' })
  expect(asked[1]!.model).toMatchObject({ checkpoint: 'step-00000008-width-0.200.safetensors', exact: true })
  expect(runService.checkpoints.list(id)).toMatchObject([{ step: 8, sha256: 'y', bytes: 4 }])
})

test('a run of constant decay, one in training and a width out of range are refused before the engine is asked', async () => {
  await expect(averages.make(await trained('decay'))).rejects.toMatchObject({
    kind: 'bad-input',
    hint: expect.stringMatching(/emaKind=power/) as string,
  })
  const paused = await trained('power')
  for (const width of [0, 0.3, NaN])
    await expect(averages.make(paused, { width })).rejects.toMatchObject({
      kind: 'bad-input',
      where: 'width',
    })
  await expect(averages.make(await trained('power', 'training'))).rejects.toMatchObject({
    kind: 'conflict',
    hint: expect.stringMatching(/^Pause it first/) as string,
  })
  expect(asked).toEqual([])
})

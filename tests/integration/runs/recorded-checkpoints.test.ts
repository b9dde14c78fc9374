import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  averagedFile,
  checkpointFile,
  checkpointFiles,
  checkpointFolder,
  descriptionOf,
} from '../../../src-main/files/checkpoint-names.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let runId: string
let told: string[]

beforeEach(() => {
  folder = temporaryFolder('checkpoints')
  store = openStore(folder.path)
  told = []
  runService = new RunService(store, { checkpoints: (id) => told.push(id) })
  facesDataset(store)
  runId = runService.create({
    datasetId: 'faces',
    preset: 'pixel-posterior',
    changes: { checkpointKeep: 2 },
    device: 'cpu',
  }).id
})
afterEach(() => {
  store.close()
  folder.remove()
})

const checkpoints = () => checkpointFolder(runFolder(folder.path, runId))

/** As the engine does it: the files first, then the word. */
async function record(step: number, loss: number | null): Promise<void> {
  write(step)
  const file = checkpointFile(step)
  runService.record({
    type: 'checkpoint',
    record: { runId, step, file, sha256: 'x', bytes: 3, loss, createdAt: step },
  })
  await runService.checkpoints.settled()
}
function write(step: number): void {
  mkdirSync(checkpoints(), { recursive: true })
  const file = checkpointFile(step)
  writeFileSync(join(checkpoints(), file), 'abc')
  writeFileSync(join(checkpoints(), descriptionOf(file)), '{}')
}
const recorded = () => runService.checkpoints.list(runId).map(({ step }) => step)
/** Steps whose arrays and description are on disk; no file stands alone. */
function onDisk(): number[] {
  const steps = readdirSync(checkpoints()).map((name) => Number(/\d+/.exec(name)?.[0]))
  const whole = [...new Set(steps)].sort((a, b) => b - a)
  expect(steps).toHaveLength(2 * whole.length)
  return whole
}

test('the newest stay, the best, and the pinned, in the history and on disk', async () => {
  await record(1, 0.9)
  await record(2, 0.3)
  runService.checkpoints.pin(runId, { step: 1, pinned: true })
  for (const [step, loss] of [
    [3, 0.5],
    [4, 0.4],
    [5, 0.6],
  ] as const)
    await record(step, loss)
  expect(recorded()).toEqual([5, 4, 2, 1])
  expect(onDisk()).toEqual([5, 4, 2, 1])
  expect(runService.checkpoints.list(runId).map(({ best, pinned }) => [best, pinned])).toEqual([
    [false, false],
    [false, false],
    [true, false],
    [false, true],
  ])

  // A better one replaces the best, and one no longer pinned goes with the next checkpoint.
  runService.checkpoints.pin(runId, { step: 1, pinned: false })
  expect(onDisk()).toEqual([5, 4, 2, 1])
  await record(6, 0.1)
  expect(recorded()).toEqual([6, 5])
  expect(onDisk()).toEqual([6, 5])
  expect(told).toHaveLength(8)
})

test('an early one stays to guide samples, and goes when a later one does', async () => {
  for (let step = 100; step <= 900; step += 100) await record(step, null)
  expect(onDisk()).toEqual([900, 800, 400])
  for (let step = 1000; step <= 3200; step += 100) await record(step, null)
  expect(recorded()).toEqual([3200, 3100, 1600])
})

test('a pin by another process counts at the next checkpoint', async () => {
  await record(1, null)
  const other = openStore(folder.path)
  new RunService(other).checkpoints.pin(runId, { step: 1, pinned: true })
  other.close()
  for (const step of [2, 3, 4]) await record(step, null)
  expect(onDisk()).toEqual([4, 3, 1])
})

test('a checkpoint written again stays pinned', async () => {
  await record(1, 0.5)
  runService.checkpoints.pin(runId, { step: 1, pinned: true })
  await record(1, 0.4)
  expect(runService.checkpoints.list(runId)).toMatchObject([{ step: 1, loss: 0.4, pinned: true }])
})

test('files that nobody recorded go, but none that is just being written', async () => {
  write(3)
  await record(5, 0.1)
  write(6)
  await record(5, 0.1)
  expect(onDisk()).toEqual([6, 5])
})

test('training that went back to an earlier step leaves no later checkpoint behind that nobody knows of', async () => {
  for (const step of [10, 20, 30]) await record(step, null)
  expect(onDisk()).toEqual([30, 20])
  runService.checkpoints.resumedFrom(runId, checkpointFile(20))
  await record(22, null)
  expect(recorded()).toEqual([22, 20])
  expect(onDisk()).toEqual([22, 20])
})

test('the checkpoint that an argument names', async () => {
  expect(runService.modelSource(runId).checkpoint).toBeNull()
  expect(() => runService.modelSource(runId, 'best')).toThrow(/has no checkpoint yet/)
  await record(1, 0.1)
  await record(2, 0.2)
  expect(runService.modelSource(runId).checkpoint).toBe(checkpointFile(2))
  expect(runService.modelSource(runId, 'latest').checkpoint).toBe(checkpointFile(2))
  expect(runService.modelSource(runId, 'best').checkpoint).toBe(checkpointFile(1))
  expect(runService.modelSource(runId, 1).checkpoint).toBe(checkpointFile(1))
  expect(() => runService.modelSource(runId, 7)).toThrow(
    expect.objectContaining({ kind: 'not-found', hint: 'There are checkpoints of step 2, 1.' }),
  )
})

test('a checkpoint with another average takes the place of the one of its step, as old, good and pinned as that', async () => {
  await record(1, 0.3)
  await record(2, 0.9)
  runService.checkpoints.pin(runId, { step: 1, pinned: true })
  const [second, first] = runService.checkpoints.list(runId)
  const file = averagedFile(1, '0.100')
  writeFileSync(join(checkpoints(), file), 'abcd')
  writeFileSync(join(checkpoints(), descriptionOf(file)), '{}')
  const by = { runId, step: 1, file, sha256: 'y', bytes: 4, loss: 0.3, createdAt: 99 }
  runService.checkpoints.replace(runId, checkpointFile(1), by)
  await runService.checkpoints.settled()
  expect(runService.checkpoints.list(runId)).toEqual([second, { ...first, file, sha256: 'y', bytes: 4 }])
  expect(runService.checkpoints.latest(runId)).toEqual(second)
  expect(onDisk()).toEqual([2, 1])
  expect([...(await checkpointFiles(runFolder(folder.path, runId)))]).toEqual([
    [1, file],
    [2, checkpointFile(2)],
  ])

  // Trained again, the step has the average of its training.
  await record(1, 0.2)
  expect(runService.checkpoints.list(runId).map((one) => one.file)).toEqual([2, 1].map(checkpointFile))
  expect(onDisk()).toEqual([2, 1])
})

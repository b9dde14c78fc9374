import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { saveSnapshot } from '../../../src-main/engine/checkpoints/average-snapshot.ts'
import { snapshotFile, snapshotSteps } from '../../../src-main/files/average-snapshots.ts'
import { filesOf } from '../../../src-main/remote/event-files.ts'
import { followSnapshots } from '../../../src-main/remote/followed-snapshots.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { said } from '../../helpers/remote-run.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('followed-snapshots')
})
afterEach(() => folder.remove())

const averages = { 'ema/x': Float32Array.of(1) }
/** A snapshot whose files are here already. */
async function snapshot(step: number, interval: number): Promise<EngineEvent> {
  const info = { runId: 'run-1', step, widths: [0.05, 0.1] }
  const saved = await saveSnapshot({ runDirectory: folder.path, info, averages })
  return { type: 'snapshot', record: { ...saved, interval } }
}

test('the files of a snapshot are its arrays and then their description', async () => {
  const event = await snapshot(16, 16)
  expect(filesOf(event).map(({ path }) => path)).toEqual([
    ...['averages/average-00000016.safetensors', 'averages/average-00000016.json'],
  ])
  expect(snapshotFile(16)).toBe('average-00000016.safetensors')
})

test('snapshots go as they go there: between longer distances, and where training has gone back', async () => {
  for (const step of [16, 32, 48, 64]) await followSnapshots(folder.path, [await snapshot(step, 16)])
  expect(await snapshotSteps(folder.path)).toEqual([16, 32, 48, 64])
  await followSnapshots(folder.path, [await snapshot(96, 32)])
  expect(await snapshotSteps(folder.path)).toEqual([32, 64, 96])
  // Those that were taken after it began again have arrived with the word of that.
  await followSnapshots(folder.path, [said.started(40), await snapshot(64, 32)])
  expect(await snapshotSteps(folder.path)).toEqual([32, 64])
})

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { toFlowerbedError } from '#shared/errors.ts'
import { presets } from '#shared/presets.ts'
import { resumedConfig } from '#shared/resume.ts'
import { checkpointFile, checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { deleteDataset } from '../../../src-main/runs/delete-dataset.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { unreadableNotice } from '../../../src-main/runs/unreadable-notice.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { command } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('unreadable')
  store = openStore(folder.path)
  runService = new RunService(store)
  for (const id of ['abc', 'def']) {
    store.datasets.save({
      ...{ id, name: id, directory: join(folder.path, 'datasets', id), count: 10, labels: [], sources: [] },
      ...{ shape: { height: 8, width: 8, channels: 3 }, problemCount: 0, bytes: 1, createdAt: 1 },
    })
  }
})
afterEach(() => {
  store.close()
  folder.remove()
})

function newRun() {
  const options = {
    datasetId: 'abc',
    preset: 'pixel-posterior',
    changes: {},
    device: 'cpu',
    name: 'Run',
  } as const
  const run = runService.create(options)
  runService.abandon(run.id)
  return run
}
const ids = () => store.runs.list().map(({ id }) => id)

function set(id: string, column: string, value: unknown): void {
  store.database.prepare(`UPDATE runs SET ${column} = ? WHERE id = ?`).run(value, id)
}

it('a run that cannot be read is left out, told in plain words, and can be deleted', async () => {
  const [first, second, third] = [newRun(), newRun(), newRun()]
  set(second.id, 'status', 'dreaming')
  expect(ids()).toEqual([third.id, first.id])
  expect(store.unreadable.list()).toEqual([
    { kind: 'run', id: second.id, reason: 'its “status” is not as this version knows it' },
  ])
  for (const ask of [() => store.runs.get(second.id), () => runService.find(second.id)]) {
    expect(ask).toThrow(
      expect.objectContaining({
        kind: 'corrupt',
        message: 'What the history says of this run cannot be read.',
        where: `${second.id}: its “status” is not as this version knows it`,
        hint: expect.stringContaining('everything else are untouched') as string,
      }),
    )
  }
  expect(unreadableNotice(store)?.message).toMatch(/left out: 1 run\.$/)

  mkdirSync(runFolder(folder.path, second.id), { recursive: true })
  await runService.delete(second.id)
  expect(existsSync(runFolder(folder.path, second.id))).toBe(false)
  expect(store.runs.ids()).toEqual([third.id, first.id])
  expect(unreadableNotice(store)).toBeNull()
})

it('the command lists the others and says so on one line', async () => {
  const [first, second] = [newRun(), newRun()]
  set(second.id, 'config', '{"steps":')
  const { code, err, json } = await command(folder.path)(['runs', '--json'])
  expect(code).toBe(0)
  expect(json['runs']).toMatchObject([{ id: first.id }])
  expect(json['unreadable']).toEqual([{ id: second.id, reason: 'its “config” is damaged' }])
  expect(err).toContain(`1 run cannot be read and is left out (${second.id}: its “config” is damaged).\n`)
  expect(err).not.toMatch(/^\s+at /m)
})

it('a run with settings of another version is shown, sampled as it was made, and not trained', async () => {
  const { id } = newRun()
  const config = { ...presets['pixel-posterior'].config, hidden: 1024, path: 'newer', dreams: true }
  set(id, 'config', JSON.stringify(config))
  const { path } = presets['pixel-posterior'].config
  expect(store.runs.get(id).config).toEqual({ ...presets['pixel-posterior'].config, hidden: 1024, path })
  expect(runService.modelSource(id).config.hidden).toBe(1024)
  const refusal = { kind: 'conflict', hint: expect.stringContaining('hidden, path, dreams') as string }
  const engine = { train: () => Promise.reject(new Error('It must not be asked.')) }
  await expect(runService.train(id, engine)).rejects.toMatchObject(refusal)
  const longer = resumedConfig(store.runs.get(id), { more: { steps: 5 } })
  await expect(runService.train(id, engine, { config: longer })).rejects.toMatchObject(refusal)
  const kept = store.database.prepare('SELECT config FROM runs').get() as { config: string }
  expect(JSON.parse(kept.config)).toEqual(config)
})

it('a run that cannot be read is not held after an attempt to train it', async () => {
  const { id } = newRun()
  set(id, 'shape', '{')
  const engine = { train: () => Promise.reject(new Error('It must not be asked.')) }
  await expect(runService.train(id, engine)).rejects.toMatchObject({ kind: 'corrupt' })
  expect((await runService.delete(id)).freedBytes).toBe(0)
})

it('what only tells more of a run may be damaged', () => {
  const { id } = newRun()
  set(id, 'machine', '{')
  set(id, 'error', '{"kind":"of a newer version","message":"?"}')
  set(id, 'losses', '{"loss":null,"kl":2}')
  set(id, 'device_choice', 'abacus')
  expect(store.runs.get(id)).toMatchObject({
    machine: null,
    error: null,
    losses: { kl: 2 },
    deviceChoice: 'auto',
    workers: null,
  })
})

it('datasets and experiments that cannot be read are left out, and such a dataset can be deleted', async () => {
  store.experiments.add({ id: 'e', kind: 'ladder', name: 'E', varied: [], datasetId: 'abc', createdAt: 1 })
  store.experiments.add({ id: 'f', kind: 'ladder', name: 'F', varied: [], datasetId: 'abc', createdAt: 1 })
  store.database.exec(`UPDATE experiments SET kind = 'garden' WHERE id = 'f';
    UPDATE datasets SET labels = '[1]' WHERE id = 'def'`)
  expect(store.datasets.list().map(({ id }) => id)).toEqual(['abc'])
  expect(store.experiments.list().map(({ id }) => id)).toEqual(['e'])
  expect(unreadableNotice(store)?.message).toMatch(/left out: 1 dataset, 1 experiment\.$/)
  expect(toFlowerbedError(caught(() => store.datasets.get('def')))).toMatchObject({ kind: 'corrupt' })
  const directory = join(folder.path, 'datasets', 'def')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'pixels.u8'), 'seven..')
  expect(await deleteDataset(store, 'def')).toEqual({ freedBytes: 7 })
  expect(existsSync(directory)).toBe(false)
})

it('samples, settings and curves that are damaged leave the others', () => {
  const key = store.runs.key(newRun().id)
  for (const id of ['a', 'b']) {
    store.samples.save(key, {
      ...{ id, runId: '', step: 1, kind: 'grid', file: `${id}.png`, count: 1, columns: 1 },
      ...{
        shape: { height: 8, width: 8, channels: 3 },
        seed: 1,
        solver: 'heun',
        solverSteps: 1,
        settings: null,
        createdAt: 1,
      },
    })
  }
  store.metrics.add(key, [
    { step: 1, seconds: 1, values: { kl: 1, loss: 2 } },
    { step: 2, seconds: 2, values: { kl: 3, loss: 4 } },
    { step: 3, seconds: 3, values: { other: 5 } },
  ])
  store.settings.set('app', { theme: 'dark' })
  store.database.exec(`UPDATE samples SET shape = '{' WHERE id = 'a';
    UPDATE metrics SET numbers = x'0000000000000840' WHERE step = 2;
    UPDATE metric_names SET names = '{' WHERE names = '["other"]';
    UPDATE settings SET value = '{' WHERE key = 'app'`)
  expect(store.samples.list(key).map(({ id }) => id)).toEqual(['b'])
  const { steps, values } = store.metrics.series(key)
  expect([...steps]).toEqual([1, 2, 3])
  expect(values).toEqual({ kl: Float64Array.of(1, 3, NaN), loss: Float64Array.of(2, NaN, NaN) })
  expect(store.settings.get('app')).toBeUndefined()
  store.settings.set('app', { theme: 'light' })
  expect(store.settings.get('app')).toEqual({ theme: 'light' })
})

it('a checkpoint that cannot be read is left out, and its file stays', async () => {
  const { id } = newRun()
  const key = store.runs.key(id)
  const saved = (step: number) => ({
    ...{ runId: id, step, file: checkpointFile(step), sha256: 'x', bytes: 1, loss: null, createdAt: step },
  })
  const checkpoints = checkpointFolder(runFolder(folder.path, id))
  mkdirSync(checkpoints, { recursive: true })
  for (const step of [1, 2, 3, 4]) {
    writeFileSync(join(checkpoints, checkpointFile(step)), '')
    runService.checkpoints.record(saved(step))
    if (step === 1) store.database.exec('UPDATE checkpoints SET bytes = 9223372036854775807')
    if (step === 2) store.database.exec('UPDATE checkpoints SET loss = 9e999 WHERE step = 2')
  }
  await runService.checkpoints.settled()
  expect(store.checkpoints.list(key).map(({ step, loss }) => [step, loss])).toEqual([
    [4, null],
    [3, null],
  ])
  expect(existsSync(join(checkpoints, checkpointFile(1)))).toBe(true)
  expect(existsSync(join(checkpoints, checkpointFile(2)))).toBe(false)
})

function caught(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown
  }
}

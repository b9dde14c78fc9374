import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PackedDataset } from '#shared/schemas/dataset.ts'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { errorText, formatErrorText } from '#shared/error-text.ts'
import { FlowerbedError, sentencesOf } from '#shared/errors.ts'
import { presets } from '#shared/presets.ts'
import { checkpointFile } from '../../../src-main/files/checkpoint-names.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('store')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const faces = (): PackedDataset => ({
  id: 'abc',
  name: 'Faces',
  directory: join(folder.path, 'datasets', 'abc'),
  shape: { height: 8, width: 8, channels: 3 },
  count: 10,
  labels: ['happy'],
  sources: ['/faces'],
  problemCount: 1,
  bytes: 1920,
  createdAt: 1,
})

function makeRun(runService = new RunService(store)) {
  store.datasets.save(faces())
  return runService.create({
    datasetId: 'abc',
    preset: 'pixel-posterior',
    changes: { steps: 5 },
    device: 'cpu',
  })
}

const checkpoint = (runId: string, step: number, loss: number | null = null): EngineEvent => ({
  type: 'checkpoint',
  record: {
    runId,
    step,
    file: checkpointFile(step),
    sha256: 'x',
    bytes: 1,
    loss,
    createdAt: step,
  },
})

describe('the store', () => {
  it('gives back what was put in, also after it was closed', () => {
    const run = makeRun()
    store.runs.update(run.id, { tags: ['b', 'a'], starred: true, note: 'nice', losses: { loss: 0.5 } })
    store.close()
    store = openStore(folder.path)
    expect(store.datasets.list()).toEqual([
      { ...faces(), note: '', tags: [], starred: false, excludedCount: 0, replacedBy: null },
    ])
    expect(store.runs.get(run.id)).toMatchObject({
      name: 'Faces',
      tags: ['a', 'b'],
      starred: true,
      note: 'nice',
      losses: { loss: 0.5 },
      config: { ...presets['pixel-posterior'].config, steps: 5 },
    })
  })

  it('keeps curves by step, the later word winning, with gaps where a metric was not there', () => {
    const run = makeRun()
    const key = store.runs.key(run.id)
    store.metrics.add(key, [
      { step: 1, seconds: 0.1, values: { loss: 1, kl: 3 } },
      { step: 2, seconds: 0.2, values: { loss: 2 } },
    ])
    store.metrics.add(key, [{ step: 2, seconds: 0.3, values: { loss: 5 } }])
    const { steps, seconds, values } = store.metrics.series(key)
    expect([...steps]).toEqual([1, 2])
    expect([...seconds]).toEqual([0.1, 0.3])
    expect([...values['loss']!]).toEqual([1, 5])
    expect([...values['kl']!]).toEqual([3, NaN])
  })

  it('gives back every number of a long curve exactly', () => {
    const key = store.runs.key(makeRun().id)
    const number = (i: number) => Math.sin(i) * Math.exp(40 * Math.cos(i))
    const points = Array.from({ length: 100_003 }, (_, i) => ({
      ...{ step: i + 1, seconds: i / 7 },
      values: i % 1000 === 0 ? { loss: number(i), validation: -number(i) } : { loss: number(i) },
    }))
    store.metrics.add(key, points)
    const { steps, seconds, values } = store.metrics.series(key)
    expect(steps).toEqual(Float64Array.from(points, ({ step }) => step))
    expect(seconds).toEqual(Float64Array.from(points, (point) => point.seconds))
    expect(values['loss']).toEqual(Float64Array.from(points, (point) => point.values.loss))
    expect(values['validation']).toEqual(Float64Array.from(points, (point) => point.values.validation ?? NaN))
  })

  it('finds metrics, samples and checkpoints of a run by index', () => {
    const plans = [
      'SELECT step FROM metrics WHERE run = 1 ORDER BY step',
      'SELECT * FROM samples WHERE run = 1 ORDER BY step',
      'SELECT * FROM checkpoints WHERE run = 1',
    ].map((sql) =>
      (store.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
        .map((row) => row.detail)
        .join(),
    )
    for (const plan of plans) {
      expect(plan).toMatch(/^SEARCH .* USING/)
      expect(plan).not.toContain('TEMP B-TREE')
    }
  })

  it('deletes a run with all that belongs to it, and keeps a run whose images go', () => {
    const run = makeRun()
    const key = store.runs.key(run.id)
    store.metrics.add(key, [{ step: 1, seconds: 1, values: { loss: 1 } }])
    store.datasets.delete('abc')
    expect(store.runs.get(run.id)).toMatchObject({ datasetId: null, datasetName: 'Faces' })
    store.runs.delete(run.id)
    expect(store.metrics.series(key).steps).toHaveLength(0)
    expect(() => store.runs.get(run.id)).toThrow(FlowerbedError)
  })

  it('refuses a history from the future and a file that is none, and leaves both as they were', () => {
    store.database.exec('PRAGMA user_version = 9990')
    store.close()
    expect(() => openStore(folder.path)).toThrow(/newer Flowerbed/)
    const other = temporaryFolder('broken')
    const path = join(other.path, 'flowerbed.sqlite')
    writeFileSync(path, 'this is no database, but long enough to be looked at as one'.repeat(20))
    expect(() => openStore(other.path)).toThrow(/not a database/)
    other.remove()
    store = openStore(temporaryFolder('another').path)
  })
})

describe('the life of a run', () => {
  it('is recorded as the engine reports it, and resumes from the last checkpoint', async () => {
    const told: string[] = []
    const runService = new RunService(store, { run: ({ status }) => told.push(status) })
    const run = makeRun(runService)
    const requests: TrainRequest[] = []
    const engine = (outcome: 'paused' | 'finished', step: number) => ({
      train: (request: TrainRequest) => {
        requests.push(request)
        runService.record({
          type: 'metrics',
          runId: run.id,
          points: [{ step, seconds: 1, values: { loss: 0.1 } }],
        })
        runService.record(checkpoint(run.id, step))
        return Promise.resolve({ outcome, step, trainedSeconds: 1, losses: { loss: 0.1 }, stepsPerSecond: 2 })
      },
    })
    expect(await runService.train(run.id, engine('paused', 2))).toMatchObject({ status: 'paused', step: 2 })
    expect(await runService.train(run.id, engine('finished', 5))).toMatchObject({
      status: 'finished',
      step: 5,
    })
    expect(requests[0]!.resume).toBeUndefined()
    expect(requests[1]!.resume).toEqual({ file: checkpointFile(2), sha256: 'x' })
    expect(runService.modelSource(run.id).checkpoint).toBe(checkpointFile(5))
    expect(told).toEqual(['starting', 'starting', 'paused', 'starting', 'finished'])
  })

  it.each([
    ['crashed', 'interrupted'],
    ['non-finite', 'failed'],
  ] as const)('ends as it should when the engine fails with %s', async (kind, status) => {
    const runService = new RunService(store)
    const run = makeRun(runService)
    const fail = { train: () => Promise.reject(new FlowerbedError(kind, 'Gone.')) }
    await expect(runService.train(run.id, fail)).rejects.toThrow('Gone.')
    expect(store.runs.get(run.id)).toMatchObject({ status, error: { kind, message: 'Gone.' } })
  })

  it('keeps of an error the id and parameters of its sentences beside them', async () => {
    const runService = new RunService(store)
    const run = makeRun(runService)
    const text = errorText('training.stateNotFinite', { step: 3, name: 'w' })
    const fail = { train: () => Promise.reject(new FlowerbedError('non-finite', text)) }
    await expect(runService.train(run.id, fail)).rejects.toThrow('At step 3')
    const { error } = store.runs.get(run.id)
    expect(error).toMatchObject({ ...formatErrorText(text), text })
    const translated = { ...error!, message: 'In another language.', hint: 'In it too.' }
    expect(sentencesOf(translated)).toEqual(formatErrorText(text))
  })

  it('shows the sentences of an error of another version, and of one without an id', () => {
    const runService = new RunService(store)
    const run = makeRun(runService)
    const stored = { name: 'FlowerbedError', kind: 'non-finite', message: 'It is so.', hint: 'Do that.' }
    const write = store.database.prepare('UPDATE runs SET error = ? WHERE id = ?')
    for (const text of [undefined, { id: 'of.later', parameters: { list: [{ a: 1 }] } }]) {
      write.run(JSON.stringify({ ...stored, text }), run.id)
      expect(sentencesOf(store.runs.get(run.id).error!)).toEqual({ message: 'It is so.', hint: 'Do that.' })
    }
  })

  it('numbers names, and finds runs by the beginning of their id', () => {
    const runService = new RunService(store)
    const [first, second] = [makeRun(runService), makeRun(runService)]
    expect([first.name, second.name]).toEqual(['Faces', 'Faces 2'])
    expect(runService.find('latest').id).toBe(second.id)
    expect(runService.find(first.id).id).toBe(first.id)
    expect(() => runService.find(first.id.slice(0, 2))).toThrow(/fits 2 runs/)
    expect(() => runService.find('zzz')).toThrow(/no run/)
  })
})

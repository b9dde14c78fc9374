import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { Evaluations } from '../../../src-main/runs/evaluations.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
beforeEach(() => {
  folder = temporaryFolder('evaluations')
  store = openStore(folder.path)
  facesDataset(store)
  runService = new RunService(store)
})
afterEach(() => {
  runService.dispose()
  store.close()
  folder.remove()
})

const newRun = () => {
  const { id } = runService.create({
    datasetId: 'faces',
    preset: 'pixel-posterior',
    changes: {},
    device: 'cpu',
  })
  return { id, key: store.runs.key(id) }
}

it('keeps evaluations of a run, the latest step first, until the run is deleted', () => {
  const { id, key } = newRun()
  for (const step of [4, 12, 8]) store.evaluations.add(key, { ...anEvaluation, step })
  const { createdAt } = store.evaluations.add(key, { ...anEvaluation, step: 12, count: 16, width: 0.15 })
  expect(createdAt).toBeGreaterThan(0)
  const found = store.evaluations.list(key)
  expect(found.map(({ step, count }) => [step, count])).toEqual([
    [12, 16],
    [12, 20],
    [8, 20],
    [4, 20],
  ])
  expect(found[1]).toMatchObject({ ...anEvaluation, step: 12 })
  expect(store.evaluations.list(newRun().key)).toEqual([])
  store.runs.delete(id)
  expect(store.database.prepare('SELECT count(*) AS n FROM evaluations').get()).toEqual({ n: 0 })
})

it('leaves out one that this version cannot read', () => {
  const { key } = newRun()
  store.evaluations.add(key, anEvaluation)
  store.database.exec(
    `INSERT INTO evaluations (run, step, created_at, document) VALUES (${key}, 9, 1, '{"format":2}')`,
  )
  expect(store.evaluations.list(key).map(({ step }) => step)).toEqual([4])
})

it('asks the engine with what is not given as by default, and records the result', async () => {
  const { id } = newRun()
  const asked: unknown[] = []
  const evaluations = new Evaluations({
    ...{ store, runService },
    evaluate: (request) => {
      asked.push(request)
      return Promise.resolve(anEvaluation)
    },
  })
  await evaluations.evaluate(id, { job: 'one' })
  const { directory } = store.datasets.get('faces')
  expect(asked).toMatchObject([
    {
      datasetDirectory: directory,
      against: null,
      count: 1000,
      seed: 1,
      curve: false,
      interpolation: null,
      job: 'one',
      device: 'cpu',
    },
  ])
  expect(evaluations.list(id)).toMatchObject([anEvaluation])
  store.datasets.delete('faces')
  await expect(evaluations.evaluate(id)).rejects.toThrow('The images of this run were deleted.')
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { ftsQuery, SearchRepository } from '../../../src-main/database/repositories/search.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun } from '../../helpers/history.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('search')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})

describe('runs', () => {
  it('are found by the beginnings of words in name, note, tags, dataset and preset, whatever their case and accents', () => {
    const id = addRun(store)
    store.runs.update(id, { name: 'Night 12', note: 'Étude of wide-nets', tags: ['for the show', 'b'] })
    for (const text of [
      'night',
      'NIG',
      'etude',
      'wide',
      'wide-nets',
      'show',
      'faces',
      'pixel-posterior',
      'nig show',
    ])
      expect(store.search.runs(text), text).toEqual([id])
    for (const text of ['aces', 'night dogs', '', '  ', '"', '-', 'c'])
      expect(store.search.runs(text)).toEqual([])
  })

  it('are found by what they are called now, and not once they are deleted', () => {
    const id = addRun(store)
    store.runs.update(id, { name: 'First', tags: ['old'] })
    store.runs.update(id, { name: 'Second', tags: ['new'], note: 'changed' })
    expect(['first', 'old'].flatMap((text) => store.search.runs(text))).toEqual([])
    expect(store.search.runs('second new changed')).toEqual([id])
    store.runs.delete(id)
    expect(store.search.runs('second')).toEqual([])
    expect(store.database.prepare('SELECT count(*) AS n FROM run_search').get()).toEqual({ n: 0 })
  })

  it('of an older version are found after its migration', () => {
    const db = openDatabase(':memory:')
    migrate(
      db,
      null,
      migrations.filter(({ version }) => version < 120),
    )
    db.exec(`
      INSERT INTO datasets (id, name, directory, shape, count, labels, sources, problem_count, bytes, created_at)
        VALUES ('abc', 'Roses', 'datasets/abc', '{}', 3, '[]', '["/garden/red"]', 1, 9, 1);
      INSERT INTO runs (key, id, name, note, status, preset, config, dataset_name, picture_count, shape,
          device_choice, created_at, updated_at)
        VALUES (5, 'r', 'Run', 'nice', 'paused', 'pixel-posterior', '{}', 'Roses', 3, '{}', 'cpu', 1, 1);
      INSERT INTO run_tags VALUES (5, 'evening')`)
    migrate(db, null)
    const search = new SearchRepository(db)
    expect(search.runs('nice evening roses')).toEqual(['r'])
    expect(search.datasets('garden')).toEqual(['abc'])
    db.close()
  })
})

describe('datasets', () => {
  it('are found by name, note, tags and the names of their folders, and keep them when imported again', () => {
    addRun(store)
    store.datasets.update('abc', { note: 'from the attic', tags: ['old', 'grey'], starred: true })
    for (const text of ['faces', 'attic', 'grey']) expect(store.search.datasets(text), text).toEqual(['abc'])
    const { note, tags, starred, ...packed } = store.datasets.get('abc')
    expect({ note, tags, starred }).toEqual({ note: 'from the attic', tags: ['grey', 'old'], starred: true })
    expect(store.datasets.save({ ...packed, sources: ['/dogs'] })).toMatchObject({ note, tags, starred })
    expect(store.search.datasets('dogs attic')).toEqual(['abc'])
    store.datasets.update('abc', { tags: [] })
    expect(store.search.datasets('grey')).toEqual([])
    store.datasets.delete('abc')
    expect(store.search.datasets('faces')).toEqual([])
  })
})

it('a word that is only signs is not looked for, and signs of the query language mean nothing', () => {
  expect(ftsQuery('a - "b" OR c*')).toBe('"a"* """b"""* "OR"* "c*"*')
  expect(ftsQuery(' – … ')).toBe('')
})

it('of every run the latest grid and the kernel distance of the latest evaluation are listed', () => {
  const id = addRun(store)
  const key = store.runs.key(id)
  const sheet = (step: number, kind: 'grid' | 'extra') =>
    store.samples.save(key, {
      ...{ id: `${kind}${step}`, runId: id, step, kind, file: `${step}.png`, count: 1, columns: 1, seed: 1 },
      ...{ shape: { height: 8, width: 8, channels: 3 }, solver: 'heun', solverSteps: 5, settings: null },
      createdAt: step,
    })
  expect(store.samples.latestGrids()).toEqual([])
  expect(store.evaluations.latestKernelDistances()).toEqual({})
  sheet(10, 'grid')
  sheet(20, 'grid')
  sheet(30, 'extra')
  const later = { ...anEvaluation, step: anEvaluation.step + 1 }
  later.measures = {
    ...later.measures,
    kernelDistance: { value: 0.25, error: 0.1, floor: { value: 0, error: 0.1 } },
  }
  store.evaluations.add(key, later)
  store.evaluations.add(key, anEvaluation)
  expect(store.samples.latestGrids().map((one) => one.id)).toEqual(['grid20'])
  expect(store.evaluations.latestKernelDistances()).toEqual({ [id]: later.measures.kernelDistance })
})

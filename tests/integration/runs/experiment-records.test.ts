import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ladderPresets } from '#shared/ladder.ts'
import { presets } from '#shared/presets.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import type { LadderPlan } from '../../../src-main/runs/ladder.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { facesLadder } from '../../helpers/faces-ladder.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('experiment-records')
  open()
  facesDataset(store, { count: 20 })
})
afterEach(() => {
  store.close()
  folder.remove()
})

function open(): void {
  store = openStore(folder.path)
  runService = new RunService(store)
}

const newLadder = (changes: Partial<LadderPlan> = {}) => facesLadder({ store, runService }, changes)
const statuses = (id: string) => store.runs.ofExperiment(id).map(({ status }) => status)

describe('an experiment in the store', () => {
  test('is one run a system in the order of the ladder, with the same images, seed and budget', () => {
    const all = newLadder({ presets: undefined })
    expect(store.runs.ofExperiment(all.id).map(({ preset }) => preset)).toEqual(ladderPresets)
    const some = newLadder()
    expect([all.name, some.name]).toEqual(['Faces, systems compared', 'Faces, systems compared 2'])
    const runs = store.runs.ofExperiment(some.id)
    expect(runs.map(({ preset }) => preset)).toEqual(['ladder-1-vanilla', 'ladder-3-unet', 'balanced'])
    for (const { config, preset, status, experimentId } of runs) {
      expect(config).toEqual({ ...presets[preset as 'balanced'].config, steps: 7, seed: 3, hidden: 8 })
      expect({ status, experimentId }).toEqual({ status: 'waiting', experimentId: some.id })
    }
    store.close()
    open()
    expect(store.experiments.list()).toEqual([some, all])
    expect(statuses(some.id)).toEqual(['waiting', 'waiting', 'waiting'])
  })

  test('is not made at all when a setting does not hold for one of its systems', () => {
    expect(() => newLadder({ changes: { hidden: 2 } })).toThrow(/Base channels must be at least 4/)
    expect(() => newLadder({ presets: ['best'] })).toThrow(/not on the ladder/)
    expect(() => newLadder({ presets: [] })).toThrow(/No system/)
    expect(() => newLadder({ budget: {} })).toThrow(/steps or minutes/)
    expect(store.experiments.list()).toEqual([])
    expect(store.runs.list()).toEqual([])
  })

  test('goes with its last run, and its runs outlive it; its images may go before it', () => {
    const [first, second] = [newLadder(), newLadder()]
    for (const { id } of store.runs.ofExperiment(first.id)) {
      expect(store.experiments.find(first.id)).toBeDefined()
      store.runs.delete(id)
    }
    expect(store.experiments.find(first.id)).toBeUndefined()
    store.datasets.delete('faces')
    expect(store.experiments.get(second.id).datasetId).toBeNull()
    store.experiments.delete(second.id)
    expect(store.runs.list().map(({ experimentId }) => experimentId)).toEqual([null, null, null])
  })

  test('comes to a history from before there were experiments, whose runs stay', () => {
    const path = join(folder.path, 'old.sqlite')
    const db = openDatabase(path)
    migrate(
      db,
      path,
      migrations.filter(({ version }) => version < 20),
    )
    db.exec(`INSERT INTO runs (id, name, status, preset, config, dataset_name, picture_count, shape, device_choice,
      created_at, updated_at) VALUES ('old', 'Old', 'finished', 'balanced', '{}', 'Faces', 1, '{}', 'cpu', 1, 1)`)
    migrate(db, path)
    expect(db.prepare('SELECT id, experiment_id FROM runs').all()).toEqual([
      { id: 'old', experiment_id: null },
    ])
    const plan = db
      .prepare('EXPLAIN QUERY PLAN SELECT * FROM runs WHERE experiment_id = ? ORDER BY created_at, key')
      .all('a') as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH .* USING INDEX runs_by_experiment/)
    expect(plan).toHaveLength(1)
    db.close()
  })
})

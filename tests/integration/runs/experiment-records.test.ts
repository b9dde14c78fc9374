import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ladderPresets } from '#shared/ladder.ts'
import { presets } from '#shared/presets.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { FacesHistory } from '../../helpers/faces-history.ts'

const faces = new FacesHistory()

describe('an experiment in the store', () => {
  test('is one run a system in the order of the ladder, with the same images, seed and budget', () => {
    const all = faces.newLadder({ presets: undefined })
    expect(faces.store.runs.ofExperiment(all.id).map(({ preset }) => preset)).toEqual(ladderPresets)
    const some = faces.newLadder()
    expect([all.name, some.name]).toEqual(['Faces, systems compared', 'Faces, systems compared 2'])
    const runs = faces.store.runs.ofExperiment(some.id)
    expect(runs.map(({ preset }) => preset)).toEqual(['ladder-1-vanilla', 'ladder-3-unet', 'pixel-posterior'])
    for (const { config, preset, status, experimentId } of runs) {
      expect(config).toEqual({ ...presets[preset as 'pixel-posterior'].config, steps: 7, seed: 3, hidden: 8 })
      expect({ status, experimentId }).toEqual({ status: 'waiting', experimentId: some.id })
    }
    faces.store.close()
    faces.open()
    expect(faces.store.experiments.list()).toEqual([some, all])
    expect(faces.statuses(some.id)).toEqual(['waiting', 'waiting', 'waiting'])
  })

  test('is not made at all when a setting does not hold for one of its systems', () => {
    expect(() => faces.newLadder({ changes: { hidden: 2 } })).toThrow(/Base channels must be at least 4/)
    expect(() => faces.newLadder({ presets: ['best'] })).toThrow(/not on the ladder/)
    expect(() => faces.newLadder({ presets: [] })).toThrow(/No system/)
    expect(() => faces.newLadder({ budget: {} })).toThrow(/steps or minutes/)
    expect(faces.store.experiments.list()).toEqual([])
    expect(faces.store.runs.list()).toEqual([])
  })

  test('goes with its last run, and its runs outlive it; its images may go before it', () => {
    const [first, second] = [faces.newLadder(), faces.newLadder()]
    for (const { id } of faces.store.runs.ofExperiment(first.id)) {
      expect(faces.store.experiments.find(first.id)).toBeDefined()
      faces.store.runs.delete(id)
    }
    expect(faces.store.experiments.find(first.id)).toBeUndefined()
    faces.store.datasets.delete('faces')
    expect(faces.store.experiments.get(second.id).datasetId).toBeNull()
    faces.store.experiments.delete(second.id)
    expect(faces.store.runs.list().map(({ experimentId }) => experimentId)).toEqual([null, null, null])
  })

  test('comes to a history from before there were experiments, whose runs stay', () => {
    const path = join(faces.folder.path, 'old.sqlite')
    const db = openDatabase(path)
    migrate(
      db,
      path,
      migrations.filter(({ version }) => version < 20),
    )
    db.exec(`INSERT INTO runs (id, name, status, preset, config, dataset_name, picture_count, shape, device_choice,
      created_at, updated_at) VALUES ('old', 'Old', 'finished', 'pixel-posterior', '{}', 'Faces', 1, '{}', 'cpu', 1, 1)`)
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

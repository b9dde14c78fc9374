import { afterEach, beforeEach, expect, test } from 'vitest'
import { mostSteps } from '#shared/run-limits.ts'
import { createStudy } from '../../../src-main/runs/study.ts'
import type { StudyPlan } from '../../../src-main/runs/study.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store

beforeEach(() => {
  folder = temporaryFolder('study')
  store = openStore(folder.path)
  facesDataset(store)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const axes = [
  { key: 'klWeight', values: ['0.3', '1'] },
  { key: 'hidden', values: ['8', '16'] },
]
const newStudy = (changes: Partial<StudyPlan> = {}) =>
  createStudy(
    { store, runService: new RunService(store) },
    {
      datasetId: 'faces',
      ...{ axes, seeds: 2, preset: 'pixel-posterior', changes: {}, budget: { steps: 7 }, device: 'cpu' },
      ...changes,
    },
  )
const runsOf = ({ id }: { id: string }) => store.runs.ofExperiment(id)

test('a study is one experiment with a run for each point and seed, the points of the first seed before the next', () => {
  const study = newStudy({ changes: { batch: '4', seed: '5' } })
  expect(store.experiments.list()).toEqual([study])
  expect(study).toMatchObject({
    kind: 'study',
    name: 'Faces, KL weight × Base channels',
    varied: ['klWeight', 'hidden'],
  })
  const runs = runsOf(study)
  expect(runs.map(({ config: { klWeight, hidden, seed } }) => [klWeight, hidden, seed])).toEqual([
    [0.3, 8, 5],
    [0.3, 16, 5],
    [1, 8, 5],
    [1, 16, 5],
    [0.3, 8, 6],
    [0.3, 16, 6],
    [1, 8, 6],
    [1, 16, 6],
  ])
  for (const { config, status } of runs) {
    expect(config).toMatchObject({ steps: 7, minutes: 0, batch: 4, sampleEvery: 0, checkpointKeep: 1 })
    expect(status).toBe('waiting')
  }
  expect(runs[1]?.name).toBe('Faces: KL weight 0.3, Base channels 16, seed 5')
  expect(new Set(runs.map(({ createdAt }) => createdAt)).size).toBe(8)
})

test('presets can be compared as well, and minutes alone are used up', () => {
  const presets = [{ key: 'preset', values: ['pixel-posterior', 'ladder-1-vanilla'] }]
  const runs = runsOf(newStudy({ axes: presets, seeds: 1, budget: { minutes: 2 } }))
  expect(runs.map(({ preset, config }) => [preset, config.network])).toEqual([
    ['pixel-posterior', 'resunet'],
    ['ladder-1-vanilla', 'conv'],
  ])
  for (const { config } of runs) expect(config).toMatchObject({ steps: mostSteps, minutes: 2 })
  const [limited] = runsOf(newStudy({ axes: [], seeds: 2, budget: { minutes: 2 }, changes: { steps: 9 } }))
  expect(limited?.config).toMatchObject({ steps: 9, minutes: 2 })
})

test('nothing is made of a study with too many runs, or one whose values do not hold', () => {
  const many = [{ key: 'klWeight', values: Array.from({ length: 251 }, (_, i) => i) }]
  expect(() => newStudy({ axes: many })).toThrow('This study would have 502 runs; at most 500 are possible.')
  expect(() => newStudy({ axes: [{ key: 'hidden', values: [2] }] })).toThrow(
    /Base channels must be at least 4/,
  )
  expect(() => newStudy({ axes: [], seeds: 1 })).toThrow(/at least two runs/)
  expect(() => newStudy({ budget: {} })).toThrow(/steps or minutes/)
  expect(store.experiments.list()).toEqual([])
  expect(store.runs.list()).toEqual([])
})

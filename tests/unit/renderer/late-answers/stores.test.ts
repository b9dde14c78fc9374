import { nextTick } from 'vue'
import { beforeEach, expect, test } from 'vitest'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { useDatasets } from '../../../../src-renderer/entities/datasets/datasets-store.ts'
import { useExperiments } from '../../../../src-renderer/entities/experiments/experiments-store.ts'
import { useSamples } from '../../../../src-renderer/entities/samples/samples-store.ts'
import { useRuns } from '../../../../src-renderer/entities/runs/runs-store.ts'
import { useRuntimes } from '../../../../src-renderer/pages/settings/runtimes-store.ts'
import { useNavigation } from '../../../../src-renderer/composables/navigation.ts'
import { fakeMain } from '../../../helpers/window-api.ts'

let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  main = fakeMain()
})
const run = (id: string, status: string) =>
  ({ id, status, createdAt: 1, experimentId: null, target: null }) as RunRecord
const statuses = () => useRuns().runs.map(({ id, status }) => `${id} ${status}`)

test('a list of runs that arrives late does not undo the changes from events', async () => {
  const runs = useRuns()
  void runs.load()
  main.tell({ type: 'run', run: run('a', 'finished') })
  main.tell({ type: 'run', run: run('new', 'starting') })
  main.tell({ type: 'runDeleted', id: 'gone' })
  await main.last('runs.list').answer([run('a', 'training'), run('b', 'paused'), run('gone', 'paused')])
  expect(statuses().sort()).toEqual(['a finished', 'b paused', 'new starting'])
})

test('an answer about a run does not undo later changes from events', async () => {
  const runs = useRuns()
  main.tell({ type: 'run', run: run('a', 'training') })
  void runs.pause('a')
  main.tell({ type: 'run', run: run('a', 'paused') })
  await main.last('runs.pause').answer(run('a', 'training'))
  expect(statuses()).toEqual(['a paused'])
  void runs.resume('a')
  await nextTick()
  await main.last('runs.resume').answer(run('a', 'starting'))
  expect(statuses()).toEqual(['a starting'])
})

test('a created run is not opened if the user has left the page meanwhile', async () => {
  const [runs, navigation] = [useRuns(), useNavigation()]
  const argument = { datasetId: 'd', preset: 'p', changes: {} }
  void runs.create(argument)
  navigation.go('settings')
  await main.settled()
  await main.last('runs.create').answer(run('a', 'starting'))
  expect(navigation.page).toBe('settings')
  // A run in training would be asked about first.
  main.tell({ type: 'run', run: run('a', 'paused') })
  void runs.create(argument)
  await main.settled()
  await main.last('runs.create').answer(run('b', 'starting'))
  expect([navigation.page, navigation.runId]).toEqual(['run', 'b'])
})

test('lists of experiments and datasets do not undo the changes from events either', async () => {
  const [experiments, datasets] = [useExperiments(), useDatasets()]
  main.tell({ type: 'run', run: { ...run('r', 'training'), experimentId: 'e' } })
  const experiment = (activity: string | null) =>
    ({ id: 'e', kind: 'ladder', varied: [], activity, createdAt: 1 }) as unknown as Experiment
  void experiments.load()
  main.tell({ type: 'experiment', experiment: experiment(null) })
  await main.last('experiments.list').answer([experiment('training')])
  expect(experiments.experiments.map(({ activity }) => activity)).toEqual([null])

  const dataset = (id: string, name: string) =>
    ({ id, name, createdAt: 1, replacedBy: null }) as DatasetRecord
  void datasets.load()
  main.tell({ type: 'dataset', dataset: dataset('d', 'new name') })
  main.tell({ type: 'datasetDeleted', id: 'gone' })
  await main.last('datasets.list').answer([dataset('d', 'name'), dataset('gone', ''), dataset('c', 'other')])
  expect(datasets.datasets.map(({ name }) => name).sort()).toEqual(['new name', 'other'])
})

test('samples reported during loading are kept, those of a deleted run are not', async () => {
  const samples = useSamples()
  const sample = (id: string, runId = 'r') => ({ id, runId, step: 1, createdAt: 1 }) as SampleRecord
  void samples.load('r')
  void samples.load('r')
  const [first, second] = main.of('runs.samples')
  main.tell({ type: 'sample', record: sample('new') })
  await second?.answer([sample('old')])
  main.tell({ type: 'sample', record: sample('newer') })
  await first?.answer([sample('old')])
  expect(samples.of('r').map(({ id }) => id)).toEqual(['old', 'new', 'newer'])
  void samples.load('gone')
  main.tell({ type: 'runDeleted', id: 'gone' })
  await main.last('runs.samples').answer([sample('x', 'gone')])
  expect(samples.byRun.has('gone')).toBe(false)
})

test('a TensorFlow status requested before a removal is not shown after it', async () => {
  const runtimes = useRuntimes()
  void runtimes.load()
  void runtimes.remove('cpu')
  await main.last('runtime.remove').answer('removed')
  await main.last('runtime.device').answer('processor')
  await main.last('runtime.status').answer('installed')
  expect([runtimes.status, runtimes.device]).toEqual(['removed', 'processor'])
  void runtimes.load()
  const late = main.last('runtime.status')
  void runtimes.load()
  await main.last('runtime.status').answer('now')
  await late.refuse(new FlowerbedError('unavailable', 'late'))
  expect([runtimes.status, runtimes.error]).toEqual(['now', null])
})

test('the question how to start follows the run in training, and takes its answer to main', async () => {
  const runs = useRuns()
  main.tell({ type: 'run', run: { ...run('live', 'training'), step: 3 } })
  void runs.create({ datasetId: 'd', preset: 'p', changes: {} })
  await nextTick()
  const asked = () => runs.byId.get(runs.startQuestion?.liveId ?? '')
  expect(asked()?.step).toBe(3)
  main.tell({ type: 'run', run: { ...run('live', 'training'), step: 70 } })
  expect(asked()?.step).toBe(70)
  runs.startQuestion?.answer('queue')
  await main.settled()
  expect(main.last('runs.create').argument).toMatchObject({ queue: true })
  await main.last('runs.create').answer(run('new', 'queued'))
  expect([useNavigation().page, runs.startQuestion]).toEqual(['queue', null])
})

test('a question that is not answered starts nothing, and a newer one takes its place', async () => {
  const runs = useRuns()
  main.tell({ type: 'run', run: run('live', 'training') })
  main.tell({ type: 'run', run: run('waits', 'queued') })
  void runs.resume('waits')
  await nextTick()
  // It is queued already.
  expect(runs.startQuestion?.canQueue).toBe(false)
  void runs.create({ datasetId: 'd', preset: 'p', changes: {} })
  await nextTick()
  expect(runs.startQuestion?.canQueue).toBe(true)
  runs.startQuestion?.answer(null)
  await main.settled()
  expect([main.of('runs.resume'), main.of('runs.create')]).toEqual([[], []])
})

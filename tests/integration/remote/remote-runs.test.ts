import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Notice } from '#shared/ipc.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { RemoteRuns } from '../../../src-main/remote/remote-runs.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { FakeTarget } from '../../helpers/fake-target.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { aRun, resultAt, said } from '../../helpers/remote-run.ts'

const id = 'run-1'
let folder: ReturnType<typeof temporaryFolder>
let store: Store
let target: FakeTarget
let opened: Desk[]
/** What a process has. */
interface Desk {
  runService: RunService
  runs: RemoteRuns
  states: RemoteState[]
  notices: Notice[]
}

beforeEach(() => {
  folder = temporaryFolder('remote-runs')
  store = openStore(folder.path)
  target = new FakeTarget()
  opened = []
  const directory = join(folder.path, 'datasets', 'faces')
  mkdirSync(directory, { recursive: true })
  store.database.exec(
    `INSERT INTO datasets (id, name, directory, shape, count, labels, sources, problem_count, bytes, created_at)
     VALUES ('faces', 'Faces', 'datasets/faces', '{"height":8,"width":8,"channels":3}', 3, '[]', '[]', 0, 9, 1)`,
  )
  store.runs.add(aRun({ datasetId: 'faces', target: 'mars' }))
  mkdirSync(runFolder(folder.path, id), { recursive: true })
})
afterEach(async () => {
  for (const { runs } of opened) await runs.close()
  store.close()
  folder.remove()
})

/** As a process that has just started. */
function desk(): Desk {
  const runService = new RunService(store)
  const states: RemoteState[] = []
  const notices: Notice[] = []
  const runs = new RemoteRuns({
    ...{ store, runService, access: target },
    notify: (notice) => notices.push(notice),
    onState: (state) => states.push(state),
    times: { backoffMs: () => 1, storageRetryMs: 1 },
  })
  const made = { runService, runs, states, notices }
  opened.push(made)
  return made
}

const run = () => store.runs.get(id)
const steps = () => [...store.metrics.series(store.runs.key(id)).steps]
const until = async (met: () => unknown) => await vi.waitFor(() => expect(met()).toBeTruthy(), 20_000)
const phases = ({ states }: Desk) => [...new Set(states.map(({ phase }) => phase))]

it('sends the images, launches once, and records what the journal says', async () => {
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  target.files.set(`/there/runs/${id}/checkpoints/step-00000002.safetensors`, 'weights')
  target.files.set(`/there/runs/${id}/checkpoints/step-00000002.json`, '{}')
  target.write(
    ...[said.started(), said.metrics(1), said.checkpoint(1), said.metrics(2), said.checkpoint(2)].map(
      (event) => ({ event }),
    ),
  )
  await until(() => steps().length === 2)
  expect(run()).toMatchObject({ status: 'training', machine: { cpu: 'Their CPU' } })
  target.write({ ended: resultAt(2) })
  expect(await here.runs.settled(id)).toMatchObject({ status: 'finished', step: 2 })
  expect(target.datasets).toEqual(['faces'])
  expect(target.launches).toHaveLength(1)
  // That of step 1 was deleted there before it could be fetched.
  expect(here.runService.checkpoints.list(id).map(({ step }) => step)).toEqual([2])
  expect(phases(here)).toEqual(expect.arrayContaining(['sending', 'starting', 'training']))
  expect(store.launches.isOpen(id)).toBe(false)
  expect(here.runs.follows(id)).toBe(false)
})

it('goes on over lost connections, and does not start twice what was launched when one was lost', async () => {
  target.lostAnswers = 1
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  for (let step = 1; step <= 20; step++) {
    target.cut()
    target.write({ event: step === 1 ? said.started() : said.metrics(step) })
    if (step % 5 === 0) await until(() => here.runs.states()[0]?.phase === 'unreachable')
    target.restore()
    if (step % 3 === 0) await until(() => steps().includes(step))
  }
  target.write({ ended: resultAt(20) })
  expect(await here.runs.settled(id)).toMatchObject({ status: 'finished' })
  expect(steps()).toEqual(Array.from({ length: 19 }, (_, i) => i + 2))
  expect(target.launches).toHaveLength(1)
  expect(store.events.list(1).map(({ kind }) => kind)).toEqual(['started', 'ended'])
  expect(here.states.find(({ phase }) => phase === 'unreachable')).toMatchObject({ goesOn: true })
})

it('is followed on by the next process, while another one cannot have it', async () => {
  const before = desk()
  await before.runs.start(run())
  await until(() => target.launches.length)
  target.write({ event: said.started() }, { event: said.metrics(1) })
  await until(() => steps().length === 1)
  const beside = desk()
  expect(beside.runService.isAnyTrainedElsewhere).toBe(false)
  expect(await beside.runs.attach(id)).toBe(false)
  await before.runs.close()
  before.runService.dispose()
  expect(run()).toMatchObject({ status: 'training' })
  expect(beside.runService.markInterrupted()).toEqual([])
  target.write({ event: said.metrics(2) })
  expect(await beside.runs.attach(id)).toBe(true)
  await until(() => steps().length === 2)
  // A machine that costs money is started to launch a run, not to look after one.
  expect(target.starts).toEqual(['mars'])
  expect(run()).toMatchObject({ status: 'training' })
  target.write({ ended: resultAt(2) })
  expect(await beside.runs.settled(id)).toMatchObject({ status: 'finished', step: 2 })
  expect(target.launches).toHaveLength(1)
})

it('keeps a pause until the target is reached', async () => {
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  target.write({ event: said.started() })
  await until(() => run().status === 'training')
  target.cut()
  await until(() => here.runs.states()[0]?.phase === 'unreachable')
  await here.runs.pause(id)
  expect(here.runs.states()).toMatchObject([{ phase: 'unreachable', goesOn: true, wish: 'pause' }])
  expect(run()).toMatchObject({ status: 'training' })
  target.restore()
  await until(() => target.controls.length)
  target.write({ ended: resultAt(4, 'paused') })
  expect(await here.runs.settled(id)).toMatchObject({ status: 'paused', step: 4 })
  expect(target.controls).toEqual([{ kind: 'pause' }])
})

it('ends at once where nothing was launched yet', async () => {
  target.cut()
  const here = desk()
  await here.runs.start(run())
  await until(() => here.runs.states()[0]?.phase === 'unreachable')
  expect(here.runs.states()).toMatchObject([{ goesOn: false }])
  await here.runs.stop(id, true)
  expect(await here.runs.settled(id)).toMatchObject({ status: 'stopped' })
  target.restore()
  expect(target.launches).toEqual([])
})

it('launches again what is lost, and asks after three times', async () => {
  const here = desk()
  await here.runs.start(run())
  for (let launch = 1; launch <= 3; launch++) {
    await until(() => target.launches.length === launch)
    target.write({ event: said.started() })
    target.lose('the machine restarted')
  }
  const ended = await here.runs.settled(id)
  expect(ended).toMatchObject({ status: 'interrupted', error: { kind: 'crashed' } })
  expect(ended.error?.message).toContain('the machine restarted')
  expect(new Set(target.launches.map(({ launchId }) => launchId)).size).toBe(3)
  expect(here.notices.map(({ level }) => level)).toEqual(['warning', 'warning', 'error'])
  // Nothing of an engine, which is not here.
  expect(here.notices.map(({ message }) => message)).toEqual([
    ...[1, 2].map(() => '“Faces” was lost on mars: the machine restarted'),
    '“Faces” was lost on mars 3 times within five minutes, so it waits. The last time: the machine restarted',
  ])
})

it('records how a run failed there', async () => {
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  // Not a lost connection, although it is of that kind.
  target.write({ event: said.started() }, { failed: new FlowerbedError('unavailable', 'no device') })
  expect(await here.runs.settled(id)).toMatchObject({ status: 'failed', error: { message: 'no device' } })
  expect(target.launches).toHaveLength(1)
})

it('waits while the history cannot be written, and loses nothing', async () => {
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  const { transaction } = store
  let failures = 3
  Object.assign(store, {
    transaction: (work: () => void) => {
      if (failures-- > 0) throw new FlowerbedError('no-space', 'the disk is full')
      transaction(work)
    },
  })
  target.write({ event: said.started() }, { event: said.metrics(1) }, { ended: resultAt(1) })
  expect(await here.runs.settled(id)).toMatchObject({ status: 'finished' })
  expect(steps()).toEqual([1])
  expect(phases(here)).toContain('storing')
})

it('trains longer and changes settings there', async () => {
  const here = desk()
  await here.runs.start(run())
  await until(() => target.launches.length)
  target.write({ event: said.started() })
  await until(() => run().status === 'training')
  const { steps: goal } = run().config
  await here.runs.extend(id, { steps: 10 })
  await here.runs.change(id, { learningRate: 0.5 })
  expect(run().config).toMatchObject({ steps: goal + 10, learningRate: 0.5 })
  expect(target.controls.at(-1)).toMatchObject({
    kind: 'extend',
    limits: { steps: goal + 10, learningRate: 0.5 },
  })
})

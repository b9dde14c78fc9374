import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { RunRecord } from '#shared/schemas/run.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { RemoteRuns } from '../../../src-main/remote/remote-runs.ts'
import { removeTarget } from '../../../src-main/remote/remove-target.ts'
import { TargetQueue } from '../../../src-main/remote/target-queue.ts'
import type { TargetAccess } from '../../../src-main/remote/target-access.ts'
import { QueuedRuns } from '../../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../../src-main/runs/run-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../../src-main/runs/training-queues.ts'
import { endingEngine } from '../../helpers/ending-engine.ts'
import { FakeTarget } from '../../helpers/fake-target.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { resultAt } from '../../helpers/remote-run.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let mars: FakeTarget
let venus: FakeTarget
let close: () => Promise<void>

beforeEach(() => {
  folder = temporaryFolder('target-queue')
  store = openStore(folder.path)
  facesDataset(store)
  mkdirSync(join(folder.path, 'datasets', 'faces'), { recursive: true })
  ;[mars, venus] = [new FakeTarget(), new FakeTarget()]
  for (const name of ['mars', 'venus'])
    store.targets.add({ kind: 'ssh', name, host: name, folder: '~/.flowerbed' })
})
afterEach(async () => {
  await close()
  store.close()
  folder.remove()
})

/** The app's queue, as in a process that has just started. */
function app() {
  const of = (name: string) => (name === 'mars' ? mars : venus)
  const access: TargetAccess = {
    close: () => Promise.resolve(),
    examine: (name) => of(name).examine(),
    prepare: (name) => of(name).prepare(),
    clearDeleted: (name) => of(name).clearDeleted(),
    reach: (name) => of(name).reach(),
    start: (name) => of(name).start(name),
    sendDataset: async ({ host }, options) =>
      await [mars, venus].find((one) => one === host)?.sendDataset(host, options),
  }
  const runService = new RunService(store)
  const engine = endingEngine({ store, runService })
  const trainingQueue = new TrainingQueue({ runService, engine, notify: () => undefined })
  const remoteRuns = new RemoteRuns({
    ...{ store, runService, access, notify: () => undefined, times: { backoffMs: () => 1 } },
    onIdle: () => targetQueue.wake(),
  })
  const queued = new QueuedRuns({ store, runService })
  const targetQueue: TargetQueue = new TargetQueue({
    ...{ store, queued, runService, remoteRuns, access, retryMs: 20 },
    onChange: () => queue.changed(),
  })
  const queue = new RunQueue({
    queued,
    runService,
    trainingQueues: new TrainingQueues(() => trainingQueue),
    elsewhere: targetQueue,
  })
  close = async () => {
    queue.close()
    await remoteRuns.close()
    await trainingQueue.close()
    runService.dispose()
  }
  const newRun = (name: string, target: string | null) =>
    runService.create({
      ...{
        datasetId: 'faces',
        preset: 'pixel-posterior',
        changes: { steps: 7 },
        device: 'cpu',
        name,
        target,
      },
      waits: true,
    })
  return { ...{ queue, targetQueue, remoteRuns, queued, newRun, runService }, endRun: engine.endRun }
}

const status = ({ id }: RunRecord) => store.runs.get(id).status
const until = async (met: () => unknown) => await vi.waitFor(() => expect(met()).toBeTruthy(), 20_000)
const launched = (target: FakeTarget) => target.launches.map(({ runId }) => store.runs.get(runId).name)

it('trains one run at a time on each target, beside other targets and this computer', async () => {
  const { queue, newRun, endRun } = app()
  const names = [
    ...(['a', 'b'] as const).map((name) => newRun(name, null)),
    ...(['m', 'n'] as const).map((name) => newRun(name, 'mars')),
    newRun('v', 'venus'),
  ]
  queue.add(names.map(({ id }) => id))
  await until(() => launched(mars).length === 1 && launched(venus).length === 1)
  const [a, b, m, n, v] = names as [RunRecord, RunRecord, RunRecord, RunRecord, RunRecord]
  await until(() => status(a) === 'training')
  expect(queue.state().entries.map(({ runId, target }) => [store.runs.get(runId).name, target])).toEqual([
    ['b', null],
    ['n', 'mars'],
  ])
  mars.write({ ended: resultAt(7) })
  await until(() => launched(mars).length === 2)
  expect([status(m), status(n), status(b), launched(venus)]).toEqual([
    'finished',
    'starting',
    'queued',
    ['v'],
  ])
  endRun()
  await until(() => status(b) === 'training')
  expect(queue.state().entries).toEqual([])
  venus.write({ ended: resultAt(7) })
  mars.write({ ended: resultAt(7) })
  endRun()
  await until(() => [b, n, v].every((run) => status(run) === 'finished'))
  expect(store.queue.list()).toEqual([])
})

it('leaves a run in the queue with the reason while its target is not reached, and goes on with others', async () => {
  mars.cut()
  const before = app()
  const [m, n] = [before.newRun('m', 'mars'), before.newRun('n', 'mars')]
  const v = before.newRun('v', 'venus')
  before.queue.add([m.id, n.id, v.id])
  await until(() => launched(venus).length === 1)
  await until(() => before.queue.state().entries[0]?.reason)
  // Only of the one whose turn it is.
  expect(before.queue.state().entries.map(({ runId, reason }) => [runId, reason])).toEqual([
    [m.id, 'no connection'],
    [n.id, null],
  ])
  expect([status(m), launched(mars)]).toEqual(['queued', []])
  await close()

  // After a restart the reason is there, and the run begins when its target is back.
  const after = app()
  expect(after.queue.state().entries[0]?.reason).toBe('no connection')
  mars.restore()
  after.queue.open()
  await until(() => launched(mars).length > 0)
  await until(() => after.queue.state().entries.length === 1)
  expect([launched(mars), after.queue.state().entries[0]?.reason]).toEqual([['m'], null])
})

it('is held on a target where a run was paused, and only there', async () => {
  const { queue, targetQueue, newRun } = app()
  const [m, n, v] = [newRun('m', 'mars'), newRun('n', 'mars'), newRun('v', 'venus')]
  queue.add([m.id, n.id])
  await until(() => mars.launches.length === 1)
  await targetQueue.pause(store.runs.get(m.id))
  await until(() => mars.controls.length)
  mars.write({ ended: resultAt(3, 'paused') })
  await until(() => status(m) === 'paused')
  queue.add([v.id])
  await until(() => launched(venus).length === 1)
  expect(queue.state()).toMatchObject({ held: false, heldTargets: ['mars'], entries: [{ runId: n.id }] })
  queue.goOn()
  await until(() => launched(mars).length === 2)
  expect(queue.state()).toEqual({ held: false, heldTargets: [], entries: [], devices: [] })
})

it('starts what the user wants beside the run of a target, and takes it out of the queue', async () => {
  const { queue, targetQueue, newRun } = app()
  const [m, n] = [newRun('m', 'mars'), newRun('n', 'mars')]
  queue.add([m.id, n.id])
  await until(() => mars.launches.length === 1)
  await targetQueue.start(store.runs.get(n.id))
  await until(() => mars.launches.length === 2)
  expect([status(m), status(n), store.queue.list()]).toEqual(['starting', 'starting', []])
})

it('lets another target train a queued run; one that runs wait for is not removed', async () => {
  mars.cut()
  const { queue, newRun, endRun } = app()
  const [m, n] = [newRun('m', 'mars'), newRun('n', 'mars')]
  queue.add([m.id, n.id])
  await until(() => queue.state().entries[0]?.reason)
  expect(() => queue.setTarget(m.id, 'pluto')).toThrow('There is no target “pluto”')
  queue.setTarget(m.id, 'venus')
  queue.setTarget(n.id, null)
  await until(() => launched(venus).length === 1 && status(n) === 'training')
  expect(store.runs.get(n.id).target).toBeNull()
  endRun()
  await until(() => status(n) === 'finished')
  const o = newRun('o', 'mars')
  queue.add([o.id])
  expect(() => removeTarget(store, 'mars')).toThrow('“o” is queued for “mars”')
  queue.remove([o.id])
  removeTarget(store, 'mars')
})

it('does not start again what had begun when the process ended', async () => {
  const { queue, newRun, queued } = app()
  const m = newRun('m', 'mars')
  queue.add([m.id])
  await until(() => mars.launches.length === 1)
  // As if it had ended before the run was out of the queue.
  store.queue.begin(m.id)
  await close()
  const after = app()
  after.queue.open()
  after.remoteRuns.open()
  await until(() => after.remoteRuns.follows(m.id))
  mars.write({ ended: resultAt(7) })
  await until(() => status(m) === 'finished')
  expect([queued.rows(), mars.launches.length]).toEqual([[], 1])
})

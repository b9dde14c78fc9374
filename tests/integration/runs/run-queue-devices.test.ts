import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { trainingDevices } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { DeviceTurns } from '../../../src-main/runs/device-turns.ts'
import { ExperimentService } from '../../../src-main/runs/experiment-service.ts'
import { QueuedRuns } from '../../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../../src-main/runs/run-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../../src-main/runs/training-queues.ts'
import { endingEngine } from '../../helpers/ending-engine.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { facesLadder } from '../../helpers/faces-ladder.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('queue-devices')
  open()
  facesDataset(store)
})
afterEach(() => {
  store.close()
  folder.remove()
})

function open(): void {
  store = openStore(folder.path)
  runService = new RunService(store)
}

function newRun(name: string, device: DeviceChoice = 'auto', workers: WorkerChoice | null = null): RunRecord {
  const asked = { datasetId: 'faces', preset: 'pixel-posterior', changes: { steps: 7 } } as const
  const run = runService.create({ ...asked, device, name, waits: true })
  return workers ? store.runs.update(run.id, { workers }) : run
}
const status = ({ id }: RunRecord) => store.runs.get(id).status
const nameOf = (id: string | null) => (id === null ? null : store.runs.get(id).name)

/** The app's queue with an engine for each device, whose runs end when the test says so. */
function app({ known = Promise.resolve() }: { known?: Promise<void> } = {}) {
  const devices = trainingDevices([0, 1])
  const engines = new Map<TrainingDevice, ReturnType<typeof endingEngine>>()
  const finishes: (() => void)[] = []
  const ended: TrainingDevice[] = []
  const engine = (device: TrainingDevice) => {
    const made = engines.get(device) ?? endingEngine({ store, runService })
    engines.set(device, made)
    return made
  }
  const trainingQueues = new TrainingQueues(
    (device) => new TrainingQueue({ runService, engine: engine(device), notify: () => undefined }),
  )
  const turns = new DeviceTurns({
    devices: () => devices,
    trainedElsewhere: () => runService.trainedElsewhere(),
    known: () => known,
  })
  const queue = new RunQueue({
    ...{ queued: new QueuedRuns({ store, runService }), runService, trainingQueues, turns },
    finish: (run) =>
      run.experimentId === null ? Promise.resolve() : new Promise((resolve) => finishes.push(resolve)),
    endFinish: (device) => {
      ended.push(device)
      finishes.splice(0).forEach((finish) => finish())
      return Promise.resolve()
    },
  })
  /** Names of the runs on each device. */
  const placed = () =>
    Object.fromEntries(queue.state().devices.map(({ device, runId }) => [device, nameOf(runId)]))
  const placedAs = (cpu: string | null, ...gpus: (string | null)[]) =>
    expect
      .poll(placed)
      .toEqual({ cpu, ...Object.fromEntries(gpus.map((name, index) => [`cuda:${index}`, name])) })
  const trained = (device: TrainingDevice) => engine(device).trained
  return { queue, trainingQueues, engine, placed, placedAs, trained, ended }
}

async function quit({ queue, trainingQueues }: ReturnType<typeof app>): Promise<void> {
  queue.close()
  await trainingQueues.close()
  store.close()
}

describe('the queue of a computer with several GPUs', () => {
  test('trains a run on each of them, and the next one on that which is free first', async () => {
    const { queue, engine, placedAs, trained, trainingQueues } = app()
    const runs = ['a', 'b', 'c', 'd'].map((name) => newRun(name))
    queue.add(runs.map(({ id }) => id))
    await placedAs(null, 'a', 'b')
    expect(runs.map(status)).toEqual(['training', 'training', 'queued', 'queued'])
    expect(trainingQueues.running.map(({ name }) => name)).toEqual(['a', 'b'])
    engine('cuda:1').endRun()
    await placedAs(null, 'a', 'c')
    engine('cuda:0').endRun()
    await placedAs(null, 'd', 'c')
    engine('cuda:0').endRun()
    engine('cuda:1').endRun()
    await placedAs(null, null, null)
    expect([trained('cuda:0'), trained('cuda:1')]).toEqual([
      ['a', 'd'],
      ['b', 'c'],
    ])
    expect(store.queue.list()).toEqual([])
  })

  test('has runs wait for the device that they name, and others pass them', async () => {
    const { queue, engine, placedAs } = app()
    await queue.start(newRun('first', 'cuda:1'))
    const named = newRun('named', 'cuda:1')
    const later = [newRun('any'), newRun('processor', 'cpu')]
    queue.add([named, ...later].map(({ id }) => id))
    await placedAs('processor', 'any', 'first')
    expect(status(named)).toBe('queued')
    engine('cuda:1').endRun()
    await placedAs('processor', 'any', 'named')
  })

  test('keeps GPUs free for a run that needs several, which then has all of them', async () => {
    const { queue, engine, placedAs, trained } = app()
    await queue.start(newRun('a'))
    await queue.start(newRun('b'))
    const [both, after] = [newRun('both', 'cuda', { gpus: [0, 1] }), newRun('after')]
    queue.add([both.id, after.id])
    engine('cuda:1').endRun()
    await placedAs(null, 'a', null)
    expect([status(both), status(after)]).toEqual(['queued', 'queued'])
    engine('cuda:0').endRun()
    await placedAs(null, 'both', 'both')
    expect(trained('cuda:0')).toEqual(['a', 'both'])
    expect(status(after)).toBe('queued')
    engine('cuda:0').endRun()
    await expect.poll(() => status(after)).toBe('training')
  })

  test('starts what the user wants on a free device; only where there is none a run is paused', async () => {
    const { queue, placedAs } = app()
    const [a, b, c] = ['a', 'b', 'c'].map((name) => newRun(name))
    await queue.start(a!)
    await queue.start(b!)
    expect([a!, b!].map(status)).toEqual(['training', 'training'])
    await queue.start(c!)
    await placedAs(null, 'c', 'b')
    expect(status(a!)).toBe('paused')
    expect(queue.state().held).toBe(false)
    const both = newRun('both', 'cuda', { gpus: [0, 1] })
    const waiting = newRun('waiting')
    queue.add([waiting.id])
    await queue.start(both)
    await placedAs(null, 'both', 'both')
    expect([b!, c!, waiting].map(status)).toEqual(['paused', 'paused', 'queued'])
    expect(queue.state().held).toBe(false)
  })

  test('of two simultaneous starts of a run one trains it', async () => {
    const { queue, placed } = app()
    const run = newRun('a')
    await Promise.all([queue.start(run), queue.start(run)])
    await expect.poll(() => status(run)).toBe('training')
    expect(placed()).toEqual({ 'cuda:0': 'a', 'cuda:1': null, cpu: null })
  })

  test('begins nothing before it is known which devices there are', async () => {
    let tell: () => void = () => undefined
    const known = new Promise<void>((resolve) => (tell = resolve))
    const { queue, engine, placedAs } = app({ known })
    const [queued, started] = [newRun('queued'), newRun('started')]
    queue.add([queued.id])
    const start = queue.start(started)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((['cuda:0', 'cuda:1'] as const).flatMap((device) => engine(device).trained)).toEqual([])
    tell()
    await start
    await placedAs(null, 'started', 'queued')
  })

  test('a pause holds what waits, and leaves what trains elsewhere alone', async () => {
    const { queue, engine, placedAs } = app()
    const runs = ['a', 'b', 'c'].map((name) => newRun(name))
    queue.add(runs.map(({ id }) => id))
    await placedAs(null, 'a', 'b')
    await queue.pause(runs[0]!.id)
    await placedAs(null, null, 'b')
    expect([queue.state().held, ...runs.map(status)]).toEqual([true, 'paused', 'training', 'queued'])
    engine('cuda:1').endRun()
    await placedAs(null, null, null)
    queue.goOn()
    await expect.poll(() => status(runs[2]!)).toBe('training')
  })

  test('a quit pauses all runs, and the next start goes on with them and with what waits', async () => {
    const before = app()
    const runs = ['a', 'b', 'c'].map((name) => newRun(name))
    before.queue.add(runs.map(({ id }) => id))
    await before.placedAs(null, 'a', 'b')
    await quit(before)
    open()
    expect(runs.map(status)).toEqual(['paused', 'paused', 'queued'])
    const after = app()
    after.queue.open()
    await expect.poll(() => runs.map(status)).toEqual(['training', 'training', 'queued'])
    const requests = (['cuda:0', 'cuda:1'] as const).flatMap((device) => after.engine(device).requests)
    expect(requests.map(({ resume }) => resume?.file)).toEqual(['step-4.safetensors', 'step-4.safetensors'])
    await quit(after)
    open()
  })

  test('leaves a GPU alone on which another process trains', async () => {
    const { queue, placedAs } = app()
    const other = new RunService(store)
    const theirs = newRun('theirs', 'cuda:0')
    store.runs.update(theirs.id, { status: 'training' })
    other.claim(theirs.id)
    const own = ['a', 'b'].map((name) => newRun(name))
    queue.add(own.map(({ id }) => id))
    await placedAs(null, null, 'a')
    expect(own.map(status)).toEqual(['training', 'queued'])
    other.dispose()
  })
})

describe('an experiment on several GPUs', () => {
  test('trains its runs side by side, and is paused as a whole', async () => {
    const { queue, engine, placedAs, ended } = app()
    const service = new ExperimentService({ store, runService, runQueue: queue })
    const experiment = facesLadder({ store, runService }, { device: 'auto' })
    const runs = store.runs.ofExperiment(experiment.id)
    const [first, second, third] = runs.map(({ name }) => name)
    const other = newRun('other')
    await service.resume(experiment.id)
    queue.add([other.id])
    await placedAs(null, first!, second!)
    expect(service.get(experiment.id).activity).toBe('training')
    engine('cuda:1').endRun()
    // What follows its end keeps the device until it is done or ended.
    await expect.poll(() => queue.current.map(({ activity }) => activity)).toEqual(['training', 'finishing'])
    await placedAs(null, first!, second!)
    await service.pause(experiment.id)
    expect(ended).toEqual(['cuda:1'])
    expect(runs.map(status)).toEqual(['paused', 'finished', 'waiting'])
    expect([service.get(experiment.id).activity, queue.state().held, status(other)]).toEqual([
      null,
      true,
      'queued',
    ])
    await service.resume(experiment.id, { first: runs[2]!.id })
    await placedAs(null, third!, first!)
  })
})

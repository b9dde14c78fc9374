import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { QueuedRuns } from '../../../src-main/runs/queued-runs.ts'
import { RunQueue } from '../../../src-main/runs/run-queue.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { TrainingQueue } from '../../../src-main/runs/training-queue.ts'
import { TrainingQueues } from '../../../src-main/runs/training-queues.ts'
import { endingEngine } from '../../helpers/ending-engine.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService

beforeEach(() => {
  folder = temporaryFolder('queue')
  open()
  facesDataset(store)
})
afterEach(() => {
  vi.useRealTimers()
  store.close()
  folder.remove()
})

const open = () => {
  store = openStore(folder.path)
  runService = new RunService(store)
}

const newRun = (name: string) =>
  runService.create({
    ...{ datasetId: 'faces', preset: 'pixel-posterior', changes: { steps: 7 }, device: 'cpu', name },
    waits: true,
  })
const status = ({ id }: RunRecord) => store.runs.get(id).status
/** The app's queue around an engine whose runs end when the test says so. */
function app() {
  const notices: string[] = []
  /** The runs that waited when a change was last reported. */
  let told: string[] = []
  const engine = endingEngine({ store, runService })
  const { trained, requests, endRun: end, failRun: fail } = engine
  const notify = ({ message }: { message: string }) => notices.push(message)
  const trainingQueue = new TrainingQueue({ runService, engine, notify })
  const queued = new QueuedRuns({ store, runService })
  const queue = new RunQueue({
    ...{ queued, runService, trainingQueues: new TrainingQueues(() => trainingQueue), notify },
    onChange: () => (told = waiting()),
  })
  const waiting = () => queue.state().entries.map(({ runId }) => store.runs.get(runId).name)
  const training = (name: string) => expect.poll(() => trainingQueue.running?.name).toBe(name)
  return { queue, trainingQueue, trained, requests, notices, waiting, training, end, fail, told: () => told }
}

async function quit({ queue, trainingQueue }: ReturnType<typeof app>): Promise<void> {
  queue.close()
  await trainingQueue.close()
  store.close()
}

/** One run in training, and others queued behind it. */
async function withQueue(...names: string[]) {
  const parts = app()
  const first = newRun('first')
  await parts.queue.start(first)
  const others = names.map(newRun)
  parts.queue.add(others.map(({ id }) => id))
  return { ...parts, first, others }
}

describe('the queue of runs', () => {
  test('starts the next run by itself when one finishes, is stopped or fails', async () => {
    const { queue, trained, waiting, told, training, end, fail, others } = await withQueue('a', 'b', 'c')
    expect(others.map(status)).toEqual(['queued', 'queued', 'queued'])
    expect(waiting()).toEqual(['a', 'b', 'c'])
    end()
    await training('a')
    await expect.poll(told).toEqual(['b', 'c'])
    end('stopped')
    await training('b')
    fail(new FlowerbedError('non-finite', 'The loss is not a number.'))
    await training('c')
    end()
    await expect.poll(() => queue.current).toEqual([])
    expect(trained).toEqual(['first', 'a', 'b', 'c'])
    expect(others.map(status)).toEqual(['stopped', 'failed', 'finished'])
    expect(store.queue.list()).toEqual([])
  })

  test('trains a queued run at once where nothing trains', async () => {
    const { queue, training } = app()
    queue.add([newRun('a').id])
    await training('a')
    await queue.pause(store.runs.live()[0]!)
  })

  test('is held when the user pauses, until it is let go or a run is started', async () => {
    const { queue, trainingQueue, training, end, first, waiting } = await withQueue('a', 'b')
    await queue.pause(first.id)
    expect(trainingQueue.running).toBeNull()
    expect(queue.state().held).toBe(true)
    expect(waiting()).toEqual(['a', 'b'])
    await queue.start(store.runs.get(first.id))
    expect(queue.state().held).toBe(false)
    await queue.pause(first.id)
    queue.goOn()
    await training('a')
    expect(status(first)).toBe('paused')
    end()
    await training('b')
    end()
    await expect.poll(() => queue.current).toEqual([])
    // With nothing queued there is nothing to hold.
    expect(queue.state()).toEqual({ entries: [], held: false, heldTargets: [], devices: [] })
  })

  test('moves, removes and reorders; what is removed is as it was', async () => {
    const { queue, first, others, waiting, end } = await withQueue('a', 'b', 'c')
    const [a, b, c] = others
    queue.move(c!.id, 0)
    expect(waiting()).toEqual(['c', 'a', 'b'])
    queue.move(c!.id, 1)
    expect(waiting()).toEqual(['a', 'c', 'b'])
    queue.move(a!.id, 99)
    expect(waiting()).toEqual(['c', 'b', 'a'])
    queue.remove([b!.id])
    expect([waiting(), status(b!)]).toEqual([['c', 'a'], 'waiting'])
    expect(() => queue.move(b!.id, 0)).toThrow('“b” is not in the queue.')
    expect(queue.trains(first.id)).toBe(true)
    expect(() => queue.add([first.id])).toThrow(/being trained/)
    end('stopped')
    await expect.poll(() => status(c!)).toBe('training')
    queue.add([first.id])
    expect([waiting(), status(first)]).toEqual([['a', 'first'], 'queued'])
    queue.remove([first.id])
    expect(status(first)).toBe('stopped')
    await queue.pause(c!.id)
  })

  test('the user starts a queued run: the other makes room and leaves the queue as it is', async () => {
    const { queue, others, training, waiting, first, end } = await withQueue('a', 'b')
    await queue.start(others[1]!)
    await training('b')
    expect([status(first), waiting(), queue.state().held]).toEqual(['paused', ['a'], false])
    end()
    await training('a')
    await queue.pause(others[0]!.id)
  })

  test('a run waits for its time, and for another to end; others go before it', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_000_000 })
    const { queue, others, training, waiting, end, trained } = await withQueue('a', 'b', 'c')
    queue.open()
    const [a, b, c] = others
    queue.schedule(a!.id, { startAt: 2_000_000, after: null })
    queue.schedule(b!.id, { startAt: null, after: c!.id })
    expect(() => queue.schedule(c!.id, { startAt: null, after: b!.id })).toThrow(/waits for it/)
    end()
    await training('c')
    end()
    await training('b')
    expect(waiting()).toEqual(['a'])
    // At its time it starts although the queue is held by then.
    await queue.pause(b!.id)
    expect(queue.state().held).toBe(true)
    vi.advanceTimersByTime(900_000)
    await Promise.resolve()
    expect(trained).toEqual(['first', 'c', 'b'])
    vi.advanceTimersByTime(105_000)
    await training('a')
    await queue.pause(a!.id)
    queue.close()
  })

  test('a run that cannot start fails with its sentence, and the next starts', async () => {
    const { end, training, others, queue, notices } = await withQueue('a', 'b')
    store.database.prepare('UPDATE runs SET dataset_id = NULL WHERE id = ?').run(others[0]!.id)
    end()
    await training('b')
    const failed = store.runs.get(others[0]!.id)
    expect(failed).toMatchObject({ status: 'failed', error: { kind: 'not-found' } })
    expect(notices.at(-1)).toContain(failed.error!.message)
    await queue.pause(others[1]!.id)
  })

  test('what is queued must have something left to train, its images and its checkpoint', async () => {
    const { queue, first, end } = await withQueue()
    end()
    await expect.poll(() => queue.current).toEqual([])
    expect(() => queue.add([first.id])).toThrow('“first” has reached its goal.')
    await queue.extend(first.id, { steps: 5 }, { queue: true })
    await expect.poll(() => status(first)).toBe('training')
    expect(store.runs.get(first.id).config.steps).toBe(12)
    await queue.pause(first.id)
    expect(() => queue.add([first.id], { checkpoint: 3 })).toThrow(/no checkpoint of step 3/)
    store.database.prepare('UPDATE runs SET dataset_id = NULL').run()
    expect(() => queue.add([first.id])).toThrow(/images/)
    expect(status(first)).toBe('paused')
  })

  test('one run on a device: while another process trains, nothing starts by itself', async () => {
    const run = newRun('elsewhere')
    const other = new RunService(store)
    other.claim(run.id)
    store.runs.update(run.id, { status: 'training' })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { queue, trainingQueue, training } = app()
    queue.open()
    const a = newRun('a')
    queue.add([a.id])
    await Promise.resolve()
    expect([trainingQueue.running, status(a)]).toEqual([null, 'queued'])
    store.runs.update(run.id, { status: 'finished' })
    other.dispose()
    vi.advanceTimersByTime(5000)
    await training('a')
    await queue.pause(a.id)
    queue.close()
  })

  test('what another process queues is reported and started', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { queue, training } = app()
    queue.open()
    const a = newRun('a')
    new QueuedRuns({ store, runService }).add([a.id])
    vi.advanceTimersByTime(5000)
    await training('a')
    await queue.pause(a.id)
    queue.close()
  })
})

describe('after a restart', () => {
  test('the run that trained resumes first, from its newest checkpoint, then the others in their order', async () => {
    const before = await withQueue('a', 'b', 'c')
    before.queue.move(before.others[2]!.id, 0)
    await quit(before)
    open()
    expect(store.runs.list().map(({ name, status: now }) => [name, now])).toEqual([
      ['c', 'queued'],
      ['b', 'queued'],
      ['a', 'queued'],
      ['first', 'paused'],
    ])
    const after = app()
    after.queue.open()
    await after.training('first')
    expect(after.requests[0]?.resume?.file).toBe('step-4.safetensors')
    expect(after.notices).toEqual(['The queue goes on with “first”.'])
    for (const name of ['c', 'a', 'b']) {
      after.end()
      await after.training(name)
    }
    after.end()
    await expect.poll(() => after.queue.current).toEqual([])
    expect(after.trained).toEqual(['first', 'c', 'a', 'b'])
    after.queue.close()
  })

  test('a run that was killed with the app resumes first', async () => {
    const before = await withQueue('a')
    before.queue.close()
    store.database.prepare("UPDATE run_leases SET pid = 0, host = 'gone', heartbeat_at = 0").run()
    store.close()
    open()
    runService.markInterrupted()
    expect(status(before.first)).toBe('interrupted')
    const after = app()
    after.queue.open()
    await after.training('first')
    await after.queue.pause(before.first.id)
    after.queue.close()
  })

  test('nothing starts where the user had paused, nor a run with nothing queued behind it', async () => {
    const held = await withQueue('a')
    await held.queue.pause(held.first.id)
    await quit(held)
    open()
    const after = app()
    after.queue.open()
    await Promise.resolve()
    expect([after.trained, after.queue.state().held, after.notices]).toEqual([[], true, []])
    after.queue.remove([held.others[0]!.id])
    await after.queue.start(held.first)
    await quit(after)
    open()
    const last = app()
    last.queue.open()
    await Promise.resolve()
    expect([last.trained, status(held.first)]).toEqual([[], 'paused'])
    last.queue.close()
  })
})

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TrainResult } from '#shared/engine-messages.ts'
import { thisProcess } from '../../../src-main/files/process-identity.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { RunLeases } from '../../../src-main/runs/run-leases.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
const children: ChildProcess[] = []

beforeEach(() => {
  folder = temporaryFolder('leases')
  store = openStore(folder.path)
  runService = new RunService(store)
  facesDataset(store)
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  runService.dispose()
  store.close()
  folder.remove()
})

/** A run that nobody holds, as it stands after its process has paused it. */
function newRun(changes: Parameters<Store['runs']['update']>[1] = { status: 'paused' }): string {
  const maker = new RunService(store)
  const { id } = maker.create({ datasetId: 'faces', preset: 'pixel-posterior', changes: {}, device: 'cpu' })
  maker.dispose()
  store.runs.update(id, changes)
  return id
}

/** Another process that claims the run; answers what it said. */
async function claimElsewhere(id: string, ...more: string[]): Promise<{ child: ChildProcess; said: string }> {
  const file = resolve(import.meta.dirname, '../../helpers/lease-holder.ts')
  const child = spawn(process.execPath, [file, folder.path, id, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, said: chunk.toString().trim() }
}
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const finished: TrainResult = {
  outcome: 'finished',
  step: 9,
  trainedSeconds: 1,
  losses: {},
  stepsPerSecond: 1,
}
const status = (id: string) => store.runs.get(id).status
const leaseOf = (id: string) => store.leases.find(store.runs.key(id))

describe('a run that another process trains', () => {
  test('is not trained, stopped or deleted here, and the refusal says by whom it is held', async () => {
    const id = newRun()
    mkdirSync(runFolder(folder.path, id), { recursive: true })
    const { child, said } = await claimElsewhere(id, 'training')
    expect(said).toBe('held')
    let asked = false
    const engine = {
      train: () => {
        asked = true
        return Promise.resolve(finished)
      },
    }
    const refusal = expect.objectContaining({
      kind: 'conflict',
      message: expect.stringContaining(`process ${child.pid} on this computer`) as string,
    }) as Error
    await expect(runService.train(id, engine)).rejects.toThrow(refusal)
    await expect(runService.delete(id)).rejects.toThrow(refusal)
    expect(() => runService.stopped(id)).toThrow(refusal)
    expect(runService.markInterrupted()).toEqual([])
    expect(asked).toBe(false)
    expect(status(id)).toBe('training')
    expect(existsSync(runFolder(folder.path, id))).toBe(true)
  })

  test('is interrupted when that process is killed, and can be trained again', async () => {
    const id = newRun()
    const { child } = await claimElsewhere(id, 'training')
    expect(runService.markInterrupted()).toEqual([])
    await kill(child)
    expect(runService.markInterrupted().map((run) => [run.id, run.status])).toEqual([[id, 'interrupted']])
    expect(runService.markInterrupted()).toEqual([])
    expect(await runService.train(id, { train: () => Promise.resolve(finished) })).toMatchObject({
      status: 'finished',
    })
    expect(leaseOf(id)).toBeNull()
  })

  test('is given to one of many that ask at once', async () => {
    const id = newRun()
    const answers = await Promise.all(Array.from({ length: 6 }, () => claimElsewhere(id)))
    expect(answers.filter(({ said }) => said === 'held')).toHaveLength(1)
    expect(answers.filter(({ said }) => said.includes('Another Flowerbed'))).toHaveLength(5)
  })
})

describe('a lease', () => {
  const held = (id: string, changes: Partial<{ startedAt: string | null; host: string; pid: number }>) => {
    const now = Date.now()
    const holder = { ...thisProcess(), ...changes }
    const lease = { token: 'other', holder, statusBefore: 'paused', takenAt: now, heartbeatAt: now }
    expect(store.leases.take(store.runs.key(id), lease, () => false)).toBeNull()
  }

  test('of a process whose id was given to another one is free', () => {
    const id = newRun({ status: 'training' })
    // The same id as this living process, but started at another time.
    held(id, { startedAt: '1_00000000_1' })
    expect(runService.markInterrupted().map((run) => run.id)).toEqual([id])
  })

  test('of another computer counts while its heartbeat is recent', () => {
    const id = newRun({ status: 'training' })
    held(id, { host: 'elsewhere', startedAt: null })
    let now = Date.now()
    const leases = new RunLeases(
      store,
      () => undefined,
      () => now,
    )
    expect(() => leases.claim(id)).toThrow(/on elsewhere/)
    now += 6 * 60_000
    leases.claim(id)
    expect(leases.holds(id)).toBe(true)
    leases.release(id)
  })

  test('that another process has taken ends training here, and nothing more is written', async () => {
    const id = newRun()
    const lost: string[] = []
    const leases = new RunLeases(store, (run) => lost.push(run))
    leases.claim(id)
    store.leases.release(leaseOf(id)!.token)
    leases.beat()
    expect(lost).toEqual([id])
    expect(leases.holds(id)).toBe(false)

    const stops: boolean[] = []
    let end: (result: TrainResult) => void = () => undefined
    const trained = runService.train(id, {
      train: () => new Promise((done) => (end = done)),
      stop: (_, save) => {
        stops.push(save)
        end({ ...finished, outcome: 'stopped' })
        return Promise.resolve()
      },
    })
    await expect.poll(() => status(id)).toBe('starting')
    store.leases.release(leaseOf(id)!.token)
    const other = new RunService(store)
    other.claim(id)
    store.runs.update(id, { status: 'training', step: 5 })
    runService.beat()
    runService.record({ type: 'metrics', runId: id, points: [{ step: 1, seconds: 1, values: { loss: 1 } }] })
    await expect(trained).rejects.toThrow(/taken this run over/)
    expect(stops).toEqual([false])
    expect(store.runs.get(id)).toMatchObject({ status: 'training', step: 5 })
    expect(store.metrics.series(store.runs.key(id)).steps).toHaveLength(0)
    other.dispose()
  })
})

test('a run that was made and never trained does not stay “starting”', () => {
  const maker = new RunService(store)
  const { id } = maker.create({ datasetId: 'faces', preset: 'pixel-posterior', changes: {}, device: 'cpu' })
  // While it is held, nobody takes it for one that was left.
  expect(runService.markInterrupted()).toEqual([])
  expect(status(id)).toBe('starting')
  maker.dispose()
  expect(status(id)).toBe('interrupted')
  expect(leaseOf(id)).toBeNull()

  // A process that died between making the row and taking the lease.
  store.runs.update(id, { status: 'starting' })
  expect(runService.markInterrupted().map((run) => run.status)).toEqual(['interrupted'])
})

test('a finished run whose process died before training began is finished again', async () => {
  const id = newRun({ status: 'finished', step: 9 })
  const { child } = await claimElsewhere(id)
  store.runs.update(id, { status: 'starting' })
  await kill(child)
  expect(runService.markInterrupted().map((run) => run.status)).toEqual(['finished'])
})

import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { createGuard } from '../../../src-main/guard.ts'
import type { Notice } from '#shared/ipc.ts'
import { EngineSupervisor } from '../../../src-main/processes/engine.ts'
import type { ProcessState, ProcessTimes } from '../../../src-main/processes/supervisor.ts'
import type { ChildProcess } from '../../../src-main/processes/child-process.ts'
import { isAlive } from '../../../src-main/files/process-identity.ts'
import { forkHost } from '../../helpers/fork-host.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let hosts: EngineSupervisor[] = []

beforeEach(() => {
  folder = temporaryFolder('engine-host')
})
afterEach(async () => {
  for (const host of hosts) await host.end()
  hosts = []
  folder.remove()
})

/** Answers every request but `train`, at which it stays busy until it is told to end. */
const obliging = `
const tell = (event) => process.send({ kind: 'event', event })
setInterval(() => tell({ type: 'heartbeat', memoryBytes: 5 }), 20)
process.on('message', ({ call, request }) => {
  if (request === 'train') tell({ type: 'warning', runId: 'r', message: 'busy' })
  else process.send({ kind: 'answer', call, result: process.pid })
})`
/** Busy as in native code: it does not handle the request to end. */
const deaf = `process.on('SIGTERM', () => undefined)\n${obliging}`
const dying = `process.on('message', () => process.kill(process.pid, 'SIGKILL'))`

function hostOf(
  program: string,
  options: { start?: () => ChildProcess; times?: Partial<ProcessTimes> } = {},
) {
  const seen = {
    events: [] as EngineEvent[],
    states: [] as ProcessState[],
    silences: 0,
    notices: [] as Notice[],
  }
  const processes: ChildProcess[] = []
  const host = new EngineSupervisor({
    name: 'engine',
    start: () => {
      const started = options.start?.() ?? forkHost({ folder: folder.path, program })
      processes.push(started)
      return started
    },
    guard: createGuard({ notify: (notice) => seen.notices.push(notice), log: { error: () => undefined } }),
    onEvent: (event) => seen.events.push(event),
    onState: (state) => seen.states.push(state),
    onSilence: () => {
      seen.silences++
    },
    ...(options.times ? { times: options.times } : {}),
  })
  hosts.push(host)
  return { host, seen, processes }
}
const ask = (host: EngineSupervisor) => host.request('runtimeStatus', undefined) as unknown as Promise<number>
const trainForEver = (host: EngineSupervisor) => host.request('train', {} as never)

test('a request to a process that ends is rejected, and the next one starts another', async () => {
  const { host, seen, processes } = hostOf(dying)
  await expect(ask(host)).rejects.toMatchObject({ kind: 'crashed' })
  await expect(ask(host)).rejects.toMatchObject({ kind: 'crashed' })
  expect(processes).toHaveLength(2)
  expect(seen.states.at(-1)).toBe('off')
  expect(host.pid).toBeUndefined()
})

test('a process that cannot be started rejects what was asked of it', async () => {
  const nowhere = () =>
    forkHost({ folder: folder.path, program: obliging, execPath: `${folder.path}/no-such-program` })
  const { host } = hostOf('', { start: nowhere })
  await expect(ask(host)).rejects.toMatchObject({ kind: 'crashed' })
  const throwing = hostOf('', {
    start: () => {
      throw new TypeError('The module is missing')
    },
  })
  await expect(ask(throwing.host)).rejects.toMatchObject({
    kind: 'crashed',
    message: 'The engine process cannot be started.',
  })
  expect(throwing.host.pid).toBeUndefined()
})

test('a process that never comes up rejects what was asked of it', async () => {
  const never = new Promise<never>(() => undefined)
  const stillborn = (): ChildProcess => ({
    channel: { post: () => undefined, onMessage: () => undefined, onClose: () => undefined },
    pid: undefined,
    spawned: never,
    ended: never,
    kill: () => undefined,
  })
  const { host } = hostOf('', { start: stillborn, times: { startMs: 50 } })
  await expect(ask(host)).rejects.toMatchObject({ kind: 'crashed' })
})

test('an end in the midst of a start rejects what waits, and leaves no process', async () => {
  const { host, processes } = hostOf(obliging)
  const asked = ask(host)
  const refused = expect(asked).rejects.toMatchObject({ kind: 'crashed' })
  await Promise.resolve()
  await host.end()
  await refused
  for (const { pid } of processes) expect(pid === undefined || !isAlive(pid)).toBe(true)
})

test('a busy process that does not answer is killed, and pending calls are rejected', async () => {
  const { host, seen, processes } = hostOf(deaf)
  const trained = expect(trainForEver(host)).rejects.toMatchObject({ kind: 'crashed' })
  await expect.poll(() => seen.events.length).toBeGreaterThan(0)
  await host.end()
  await trained
  expect(isAlive(processes[0]?.pid ?? 0)).toBe(false)
})

test('a request during an end waits for it: two processes are never there at once', async () => {
  const { host, processes, seen } = hostOf(deaf)
  const first = await ask(host)
  const ended = host.end()
  const second = await ask(host)
  expect(isAlive(first)).toBe(false)
  expect(second).not.toBe(first)
  await ended
  expect(processes).toHaveLength(2)
  expect(seen.states.filter((state) => state === 'starting')).toHaveLength(2)
})

test('requests that were rejected together do not end the process that is started next', async () => {
  const fragile = obliging.replace(
    '({ call, request }) => {',
    "({ call, request }) => {\n  if (request === 'doctor') process.kill(process.pid, 'SIGKILL')",
  )
  const { host, seen } = hostOf(fragile, { times: { idleMs: 200 } })
  const die = () => host.request('doctor', {} as never)
  // Each of them begins the wait for idleness.
  await Promise.allSettled([die(), die(), die()])
  const trained = expect(trainForEver(host)).rejects.toMatchObject({ kind: 'crashed' })
  await expect.poll(() => seen.events.length).toBeGreaterThan(0)
  await delay(500)
  expect(host.pid).toBeDefined()
  await host.end()
  await trained
})

test('silence is told once, and an idle process is ended', async () => {
  const mute = obliging.replace('setInterval', 'setTimeout')
  const { host, seen } = hostOf(mute, { times: { idleMs: 2000, silentMs: 40 } })
  await ask(host)
  await expect.poll(() => seen.silences).toBe(1)
  await expect.poll(() => seen.states.at(-1), { timeout: 20_000 }).toBe('off')
  expect(seen.silences).toBe(1)
})

test('a heartbeat of a process that is being ended is no news', async () => {
  const { host, seen } = hostOf(deaf)
  await ask(host)
  await expect.poll(() => seen.states).toContain('on')
  await host.end()
  expect(seen.states.slice(seen.states.lastIndexOf('on') + 1)).toEqual(['off'])
})

test('an argument that cannot be sent is refused, and nothing waits for it', async () => {
  const { host } = hostOf(obliging)
  await expect(host.request('train', { config: () => undefined } as never)).rejects.toThrow()
  await host.endWhenIdle()
  expect(host.pid).toBeUndefined()
})

test('what a listener throws ends nothing', async () => {
  const { host, seen } = hostOf(obliging)
  seen.events.push = () => {
    throw new Error('cannot be recorded')
  }
  const trained = expect(trainForEver(host)).rejects.toMatchObject({ kind: 'crashed' })
  await expect.poll(() => seen.notices.length).toBe(1)
  expect(await ask(host)).toBe(host.pid)
  await host.end()
  await trained
})

test('after it was disposed of it starts no other process', async () => {
  const { host, processes } = hostOf(obliging)
  await ask(host)
  await host.dispose()
  await expect(ask(host)).rejects.toMatchObject({ kind: 'cancelled' })
  expect(processes).toHaveLength(1)
})

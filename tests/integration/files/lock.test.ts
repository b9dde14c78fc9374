import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../../src-main/files/lock.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const contender = resolve(import.meta.dirname, '../../fixtures/lock-contender.ts')
let folder: ReturnType<typeof temporaryFolder>
let lock: string
let holders: string

beforeEach(() => {
  folder = temporaryFolder('lock')
  lock = join(folder.path, 'folder', '.lock')
  holders = join(folder.path, 'holders')
  mkdirSync(holders)
})
afterEach(() => folder.remove())

/** A contender's end: its exit status or signal, and what it said. */
function contend(times: number, ...more: string[]): Promise<string> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [contender, lock, String(times), holders, ...more])
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('close', (code, signal) => done(`${signal ?? code} ${said}`.trim()))
  })
}

/** The lock of an owner of this name. */
function held(owner: string): void {
  mkdirSync(lock, { recursive: true })
  writeFileSync(join(lock, owner), '')
}

const ended = () => `${processTag({ ...thisProcess(), pid: 2 ** 30 })}-0123abcd`

test('of twenty processes that find the lock of an ended owner, never two hold it at once', async () => {
  held(ended())
  const ends = await Promise.all(Array.from({ length: 20 }, () => contend(10)))
  expect(ends).toEqual(ends.map(() => '0'))
  expect(readdirSync(join(lock, '..')).filter((name) => name !== '.lock')).toEqual([])
})

test('the lock of a killed process is taken over by another', async () => {
  const ends = await Promise.all([
    ...Array.from({ length: 5 }, () => contend(2, 'killed')),
    ...Array.from({ length: 3 }, () => contend(6)),
  ])
  expect(ends).toEqual([...Array.from({ length: 5 }, () => 'SIGKILL'), '0', '0', '0'])
})

test('within one process a second caller waits, and reports it once', async () => {
  const order: string[] = []
  let waiting = (): void => undefined
  const waits = new Promise<void>((done) => (waiting = done))
  const first = withLock(lock, {}, async () => {
    order.push('first')
    await waits
    order.push('first ends')
  })
  const onWait = () => {
    order.push('waits')
    waiting()
  }
  const second = withLock(lock, { pollMs: 5, onWait }, () => order.push('second'))
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'waits', 'first ends', 'second'])
  expect(readdirSync(join(lock, '..'))).toEqual([])
})

test('work that fails releases the lock', async () => {
  await expect(withLock(lock, {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(lock, {}, () => 'taken')).toBe('taken')
})

test('waiting for a lock can be cancelled', async () => {
  held(`${processTag()}-0123abcd`)
  const stop = new AbortController()
  const waits = withLock(lock, { pollMs: 5, signal: stop.signal, onWait: () => stop.abort() }, () => 'taken')
  await expect(waits).rejects.toMatchObject({ kind: 'cancelled' })
})

test('the lock of another machine is taken over once its heartbeat stops, and not before', async () => {
  const owner = `${processTag({ pid: 7, startedAt: null, host: 'another' })}-0123abcd`
  held(owner)
  // Its clock may be years off: only that it stands still counts.
  const clock = new Date('2001-01-01')
  let signs = 0
  const living = setInterval(
    () => utimesSync(join(lock, owner), clock, new Date(clock.getTime() + ++signs * 1000)),
    20,
  )
  const stop = new AbortController()
  const given = { pollMs: 5, staleMs: 400 }
  setTimeout(() => stop.abort(), 1200)
  await expect(withLock(lock, { ...given, signal: stop.signal }, () => 'taken')).rejects.toMatchObject({
    kind: 'cancelled',
  })
  clearInterval(living)
  expect(await withLock(lock, given, () => 'taken')).toBe('taken')
})

import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { createGuard } from '../../../src-main/guard.ts'
import type { Notice } from '#shared/ipc.ts'

function guardAt() {
  const told: Notice[] = []
  const logged: string[] = []
  const clock = { now: 0 }
  const guard = createGuard({
    notify: (notice) => told.push(notice),
    log: { error: (line) => logged.push(line) },
    now: () => clock.now,
  })
  return { guard, told, logged, clock }
}
const full = () => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })

test('what a handler throws is logged and told, and goes no further', () => {
  const { guard, told, logged } = guardAt()
  const seen: number[] = []
  const handler = guard.wrap('engine event', (number: number) => {
    seen.push(number)
    if (number === 2) throw full()
  })
  for (const number of [1, 2, 3]) handler(number)
  expect(seen).toEqual([1, 2, 3])
  expect(logged).toEqual(['engine event: The disk is full, so the history of runs cannot be written.'])
  expect(told).toMatchObject([
    {
      level: 'error',
      message:
        'Something went wrong (engine event): The disk is full, so the history of runs cannot be written.',
    },
  ])
})

test('what a handler’s promise, or a promise alone, rejects with is told too', async () => {
  const { guard, told } = guardAt()
  guard.wrap('menu', () => Promise.reject(new Error('no dialog')))()
  guard.watch('timer', Promise.reject(new Error('late')))
  await new Promise(setImmediate)
  expect(told.map(({ message }) => message)).toEqual([
    'Something went wrong (menu): no dialog',
    'Something went wrong (timer): late',
  ])
})

test('a thousand times the same is told once, and again after ten minutes', () => {
  const { guard, told, logged, clock } = guardAt()
  const handler = guard.wrap('event', () => {
    throw full()
  })
  for (let i = 0; i < 1000; i++) {
    clock.now += 60
    handler()
  }
  expect(told).toHaveLength(1)
  expect(logged).toHaveLength(1)
  clock.now += 10 * 60_000
  handler()
  expect(told).toHaveLength(2)
})

test('of a thousand different errors only a few are shown', () => {
  const { guard, told } = guardAt()
  for (let i = 0; i < 1000; i++) guard.report('event', new Error(`fault ${i}`))
  expect(told).toHaveLength(8)
})

test('what the user cancelled is no fault; a hint of the error’s own is kept', () => {
  const { guard, told } = guardAt()
  guard.report('dialog', new FlowerbedError('cancelled', 'Cancelled.'))
  guard.report('dialog', new FlowerbedError('no-space', 'The disk is full.', { hint: 'Make room.' }))
  expect(told).toMatchObject([{ hint: 'Make room.' }])
})

test('nothing thrown can make the guard throw', () => {
  const guard = createGuard({
    notify: () => {
      throw new Error('the window is gone')
    },
    log: {
      error: () => {
        throw new Error('the log is gone')
      },
    },
  })
  const odd: unknown[] = [undefined, null, 'text', 7, Object.create(null), new Proxy({}, { get: boom })]
  for (const thrown of odd) expect(() => guard.report('event', thrown)).not.toThrow()
})

test('what nobody caught in the process ends at the guard', () => {
  const { guard, told } = guardAt()
  const source = new EventEmitter()
  guard.listenTo(source)
  source.emit('uncaughtException', new TypeError('Invalid URL'))
  source.emit('unhandledRejection', new Error('nobody waited'), Promise.resolve())
  expect(told.map(({ message }) => message)).toEqual([
    'Something went wrong (unexpected): Invalid URL',
    'Something went wrong (unexpected): nobody waited',
  ])
})

function boom(): never {
  throw new Error('do not look')
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PendingDeletions } from '../../../src-main/runs/pending-deletions.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function made() {
  const log: string[] = []
  const failures: Promise<unknown>[] = []
  const watch = (done: Promise<unknown>) => void failures.push(done.catch((thrown: unknown) => thrown))
  const deletions = new PendingDeletions({ watch, delayMs: 1000 })
  const add = (id: string, work = () => Promise.resolve(log.push(`deleted ${id}`))) =>
    deletions.add({ work, undo: () => void log.push(`shown ${id}`), hides: [id] })
  return { deletions, add, log, failures }
}

test('what is deleted goes after a while, and is hidden until then', async () => {
  const { deletions, add, log } = made()
  const id = add('a')
  expect([deletions.hides('a'), deletions.hides('b')]).toEqual([true, false])
  await vi.advanceTimersByTimeAsync(999)
  expect(log).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(log).toEqual(['deleted a'])
  expect(deletions.hides('a')).toBe(false)
  expect(() => deletions.undo(id)).toThrow('This was deleted already.')
})

test('what is undone stays', async () => {
  const { deletions, add, log } = made()
  deletions.undo(add('a'))
  expect(deletions.hides('a')).toBe(false)
  await vi.advanceTimersByTimeAsync(5000)
  expect(log).toEqual(['shown a'])
})

test('on quitting all is done at once, and one that fails does not keep the others', async () => {
  const { deletions, add, log, failures } = made()
  add('a', () => Promise.reject(new Error('locked')))
  add('b')
  await deletions.flush()
  expect(log).toEqual(['deleted b', 'shown a'])
  expect(await failures[0]).toMatchObject({ message: 'locked' })
  await vi.advanceTimersByTimeAsync(5000)
  expect(log).toHaveLength(2)
})

test('what could not be deleted is shown again and reported', async () => {
  const { add, log, failures } = made()
  add('a', () => Promise.reject(new Error('locked')))
  await vi.advanceTimersByTimeAsync(1000)
  expect(log).toEqual(['shown a'])
  expect(await failures[0]).toMatchObject({ message: 'locked' })
})

import { expect, test } from 'vitest'
import type { RunRecord } from '#shared/schemas/run.ts'
import { lengthLabel, startLabel, timeLabel } from '../../../../src-renderer/entities/runs/queue-labels.ts'
import { fromLocalInput, toLocalInput } from '../../../../src-renderer/entities/runs/local-time.ts'

const now = new Date(2026, 4, 3, 12, 0).getTime()
const minute = 60_000
const queued = (changes: object) => ({
  ...{ runId: 'a', run: {} as RunRecord, startAt: null, after: null, seconds: 90, position: 2, start: null },
  ...{ turn: 2, target: null, reason: null, ...changes },
})
const label = (changes: object, held = false) =>
  startLabel(queued(changes), { now, held, nameOf: (id) => (id === 'b' ? 'Faces' : undefined) })

test('when a run starts is said by what it waits for', () => {
  expect(label({ start: now + minute })).toBe(`starts at about ${timeLabel(now + minute, now)}`)
  expect(label({})).toBe('starts in its turn')
  expect(label({ turn: 1 })).toBe('starts next')
  expect(label({ turn: 1, target: 'mars', reason: 'No connection.' })).toBe('waits for mars')
  expect(label({}, true)).toBe('on hold')
  expect(label({ after: 'b' }, true)).toBe('starts after “Faces”')
  const startAt = now + 60 * minute
  expect(label({ startAt, start: startAt }, true)).toBe(`not before ${timeLabel(startAt, now)}`)
  // Others take longer than until then.
  const start = startAt + 30 * minute
  expect(label({ startAt, start })).toBe(`starts at about ${timeLabel(start, now)}`)
})

test('a time of another day is said with the day', () => {
  const time = timeLabel(now, now)
  expect(timeLabel(now + 24 * 60 * minute, now)).toContain('Mon')
  expect(timeLabel(now + 24 * 60 * minute, now)).toContain(time)
  expect(timeLabel(now + 30 * 24 * 60 * minute, now)).toMatch(/2/)
})

test('a length that nothing tells is not made up', () => {
  expect(lengthLabel(queued({}))).toBe('about 1 min 30 s')
  expect(lengthLabel(queued({ seconds: null }))).toBe('length not known')
})

test('times go to an input and back', () => {
  expect(toLocalInput(now)).toBe('2026-05-03T12:00')
  expect(fromLocalInput(toLocalInput(now))).toBe(now)
  expect(fromLocalInput('')).toBeNull()
})

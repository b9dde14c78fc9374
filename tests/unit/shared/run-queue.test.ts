import { describe, expect, it } from 'vitest'
import { expectedStarts, isDue, isOver, wouldWaitForItself } from '#shared/run-queue.ts'
import type { QueueEntry } from '#shared/schemas/queue.ts'

const entry = (runId: string, changes: Partial<QueueEntry> = {}): QueueEntry => ({
  runId,
  startAt: null,
  after: null,
  seconds: 60,
  target: null,
  reason: null,
  ...changes,
})

describe('a queued run may start', () => {
  const free = { now: 1000, held: false, afterStatus: null }

  it('unless the queue is held, its time has not come, or the run before it has not ended', () => {
    expect(isDue(entry('a'), free)).toBe(true)
    expect(isDue(entry('a'), { ...free, held: true })).toBe(false)
    expect(isDue(entry('a', { startAt: 1001 }), free)).toBe(false)
    expect(isDue(entry('a', { startAt: 1000 }), free)).toBe(true)
    expect(isDue(entry('a', { after: 'b' }), { ...free, afterStatus: 'training' })).toBe(false)
    expect(isDue(entry('a', { after: 'b' }), { ...free, afterStatus: 'failed' })).toBe(true)
  })

  it('at its time, also where the queue is held', () => {
    expect(isDue(entry('a', { startAt: 900 }), { ...free, held: true })).toBe(true)
  })

  it('after a run that has ended in any way, not after one that is paused', () => {
    expect((['finished', 'stopped', 'failed', null] as const).map(isOver)).toEqual([true, true, true, true])
    expect((['paused', 'interrupted', 'queued', 'training'] as const).some(isOver)).toBe(false)
  })
})

describe('the expected start', () => {
  const starts = (entries: QueueEntry[], busySeconds: number | null = 30, live: string | null = 'live') =>
    Object.fromEntries(expectedStarts(entries, { now: 0, lanes: new Map([[null, [{ busySeconds, live }]]]) }))

  it('follows the lengths of those before', () => {
    expect(starts([entry('a'), entry('b', { seconds: 10 }), entry('c')])).toEqual({
      a: 30_000,
      b: 90_000,
      c: 100_000,
    })
  })

  it('is unknown behind a run of unknown length', () => {
    expect(starts([entry('a', { seconds: null }), entry('b')])).toEqual({ a: 30_000, b: null })
    expect(starts([entry('a')], null)).toEqual({ a: null })
  })

  it('of a run that must wait comes later, and others go before it', () => {
    expect(starts([entry('a', { startAt: 500_000 }), entry('b')])).toEqual({ a: 500_000, b: 30_000 })
    expect(starts([entry('a', { after: 'b' }), entry('b')])).toEqual({ a: 90_000, b: 30_000 })
    expect(starts([entry('a', { after: 'live' })])).toEqual({ a: 30_000 })
  })

  it('on a target does not depend on what this computer or another target trains', () => {
    const lanes = new Map([
      [null, [{ busySeconds: 30, live: 'here' }]],
      ['mars', [{ busySeconds: 100, live: 'there' }]],
    ])
    const entries = [
      ...[entry('a'), entry('m', { target: 'mars' }), entry('n', { target: 'mars' })],
      ...[entry('v', { target: 'venus' }), entry('w', { target: 'venus', after: 'n' })],
      ...[entry('b', { after: 'm' })],
    ]
    expect(Object.fromEntries(expectedStarts(entries, { now: 0, lanes }))).toEqual({
      ...{ a: 30_000, m: 100_000, n: 160_000, v: 0 },
      // After a run of another target, whose end is expected.
      ...{ w: 220_000, b: 160_000 },
    })
  })

  it('on several devices is that of the one which is free first', () => {
    const busy = [30, 10, null].map((busySeconds, i) => ({ busySeconds, live: `live ${i}` }))
    const lanes = new Map([[null, busy]])
    const entries = [entry('a'), entry('b'), entry('c'), entry('d', { after: 'live 1' })]
    expect(Object.fromEntries(expectedStarts(entries, { now: 0, lanes }))).toEqual({
      ...{ a: 10_000, b: 30_000, c: 70_000, d: 90_000 },
    })
  })

  it('is unknown after a run that is not queued', () => {
    expect(starts([entry('a', { after: 'paused' }), entry('b')])).toEqual({ a: null, b: 30_000 })
  })
})

describe('a run would wait for itself', () => {
  const entries = [entry('a'), entry('b', { after: 'a' }), entry('c', { after: 'b' })]

  it.each([
    ['a', 'c', true],
    ['a', 'a', true],
    ['c', 'a', false],
    ['a', 'elsewhere', false],
    ['a', null, false],
  ] as const)('%s after %s: %s', (run, after, expected) => {
    expect(wouldWaitForItself(entries, run, after)).toBe(expected)
  })
})

import { expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { createFaultFilter } from '../../../../src-renderer/app/faults.ts'

test('an uncaught error is shown once, and again after ten minutes', () => {
  const clock = { now: 0 }
  const noticeOf = createFaultFilter(() => clock.now)
  const frames = Array.from({ length: 1000 }, () => noticeOf(new TypeError('x is undefined')))
  expect(frames.filter(Boolean)).toMatchObject([
    { level: 'error', message: 'Something went wrong in this window: x is undefined' },
  ])
  clock.now += 10 * 60_000
  expect(noticeOf(new TypeError('x is undefined'))).not.toBeNull()
})

test('of many different errors five are shown, and harmless ones none', () => {
  const noticeOf = createFaultFilter(() => 0)
  expect(noticeOf('ResizeObserver loop completed with undelivered notifications.')).toBeNull()
  expect(noticeOf(new FlowerbedError('cancelled', 'Cancelled.'))).toBeNull()
  const shown = Array.from({ length: 100 }, (_, i) => noticeOf(`fault ${i}`)).filter(Boolean)
  expect(shown).toHaveLength(5)
  expect(createFaultFilter()(undefined)).not.toBeNull()
})

import { expect, test } from 'vitest'
import { RecentCrashes } from '../../../src-main/app/recent-crashes.ts'

test('only crashes close together are too many', () => {
  const clock = { now: 0 }
  const crashes = new RecentCrashes({ atMost: 3, withinMs: 60_000, now: () => clock.now })
  // One every half minute, for an hour: never more than two in a minute.
  for (; clock.now < 3_600_000; clock.now += 30_000) expect(crashes.add()).toBe(true)
  clock.now += 60_000
  expect([1, 2, 3, 4, 5].map(() => crashes.add())).toEqual([true, true, true, false, false])
  clock.now += 60_000
  expect(crashes.add()).toBe(true)
})

test('after the user chose to continue it counts from the beginning', () => {
  const crashes = new RecentCrashes({ atMost: 1, withinMs: 60_000 })
  expect([crashes.add(), crashes.add()]).toEqual([true, false])
  crashes.forget()
  expect(crashes.add()).toBe(true)
})

import { expect, test } from 'vitest'
import { latestOnly, ToldSince } from '../../../../src-renderer/composables/latest-only.ts'
import { mounted } from '../../../helpers/window-api.ts'

test('only the newest question may use its answer', () => {
  const { used: latest } = mounted(latestOnly)
  const first = latest.begin()
  expect(first()).toBe(true)
  const second = latest.begin()
  expect([first(), second()]).toEqual([false, true])
  latest.drop()
  expect(second()).toBe(false)
})

test('nothing counts when the component has gone', () => {
  const { used: latest, leave } = mounted(latestOnly)
  const asked = latest.begin()
  leave()
  expect(asked()).toBe(false)
})

test('what an event told of since the question is newer than the answer', () => {
  const told = new ToldSince()
  told.mark('a')
  const isToldSince = told.begin()
  told.mark('b')
  expect(['a', 'b', 'c'].map(isToldSince)).toEqual([false, true, false])
})

import { expect, test } from 'vitest'
import { latestOnly, ChangeTracker } from '../../../../src-renderer/composables/latest-only.ts'
import { mounted } from '../../../helpers/window-api.ts'

test('only the answer to the newest request is the latest', () => {
  const { used: latest } = mounted(latestOnly)
  const first = latest.begin()
  expect(first()).toBe(true)
  const second = latest.begin()
  expect([first(), second()]).toEqual([false, true])
  latest.drop()
  expect(second()).toBe(false)
})

test('no answer is the latest after the component is unmounted', () => {
  const { used: latest, leave } = mounted(latestOnly)
  const isLatest = latest.begin()
  leave()
  expect(isLatest()).toBe(false)
})

test('a change reported since the request is newer than the answer', () => {
  const changes = new ChangeTracker()
  changes.mark('a')
  const isChangedSince = changes.begin()
  changes.mark('b')
  expect(['a', 'b', 'c'].map(isChangedSince)).toEqual([false, true, false])
})

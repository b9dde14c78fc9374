import { expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { isBusyFault, isStorageFault } from '../../../src-main/database/storage-faults.ts'

const coded = (code: string) => Object.assign(new Error(code), { code })

test('what the disk and SQLite refuse is told from mistakes and from what is not there', () => {
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY', 'ENOSPC', 'EDQUOT', 'EROFS'])
    expect(isStorageFault(coded(code))).toBe(true)
  expect(isStorageFault(new FlowerbedError('no-space', 'The next checkpoint does not fit.'))).toBe(true)
  expect(isStorageFault(new FlowerbedError('internal', 'x', { cause: coded('SQLITE_FULL') }))).toBe(true)
  const others = [
    new FlowerbedError('not-found', 'x'),
    new TypeError('x'),
    coded('ENOENT'),
    'SQLITE_FULL',
    null,
  ]
  for (const other of others) expect(isStorageFault(other)).toBe(false)
})

test('a history in use is told from one that is full; causes that go in a circle end', () => {
  expect([coded('SQLITE_BUSY'), coded('SQLITE_LOCKED_SHAREDCACHE')].every(isBusyFault)).toBe(true)
  expect(isBusyFault(coded('SQLITE_FULL'))).toBe(false)
  const circle = new Error('round')
  circle.cause = circle
  expect(isStorageFault(circle)).toBe(false)
})

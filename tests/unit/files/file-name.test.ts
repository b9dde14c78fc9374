import { expect, test } from 'vitest'
import { safeFileName } from '../../../src-main/files/file-name.ts'

test.each([
  ['faces frame 3', 'faces frame 3'],
  ['a/b\\c:d*e', 'a-b-c-d-e'],
  ['../../etc', '-..-etc'],
  ['..', 'image'],
  ['CON', 'CON-'],
  ['大 3', '大 3'],
  ['x'.repeat(200), 'x'.repeat(80)],
])('the name “%s” is a file name as “%s”', (name, expected) => {
  expect(safeFileName(name)).toBe(expected)
})

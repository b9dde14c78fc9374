import { expect, test } from 'vitest'
import { csvOf } from '#shared/plot/csv.ts'

test('what separates cells is quoted, what is unknown is empty, and no text is a formula', () => {
  const rows = [
    ['a, b', 'say "so"', 'line\nline'],
    [null, NaN, undefined],
    ['=1+1', -2, 'x'],
  ]
  expect(csvOf(['one', 'two', 'three'], rows)).toBe(
    `one,two,three\r\n"a, b","say ""so""","line\nline"\r\n,,\r\n'=1+1,-2,x\r\n`,
  )
})

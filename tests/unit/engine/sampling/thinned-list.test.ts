import { describe, expect, it } from 'vitest'
import { ThinnedList } from '../../../../src-main/engine/sampling/thinned-list.ts'

function thinned(count: number, most: number) {
  const list = new ThinnedList<number>(most)
  let made = 0
  for (let i = 0; i < count; i++)
    list.add(() => {
      made++
      return i
    })
  return { values: list.values(), made }
}

describe('a thinned list', () => {
  it('keeps all values that fit', () => {
    for (const most of [5, 6]) expect(thinned(4, most).values).toEqual([0, 1, 2, 3])
  })
  it('keeps the first, the last, and evenly spaced ones between', () => {
    for (const most of [4, 5, 9, 10])
      for (let count = 1; count < 200; count++) {
        const { values } = thinned(count, most)
        expect(values.length).toBeLessThanOrEqual(most)
        expect([values[0], values.at(-1)]).toEqual([0, count - 1])
        const gaps = values.slice(1, -1).map((value, i) => value - (values[i] ?? 0))
        expect(new Set(gaps).size).toBeLessThanOrEqual(1)
        if (count >= most) expect(values.length).toBeGreaterThan(most / 2 - 1)
      }
  })
  it('makes hardly more values than it keeps', () => {
    expect(thinned(1000, 9).made).toBeLessThan(60)
  })
})

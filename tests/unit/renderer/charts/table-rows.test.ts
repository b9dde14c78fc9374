import { expect, test } from 'vitest'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { tableRows } from '../../../../src-renderer/charts/table-rows.ts'

const series = (steps: number[]) => ({
  store: SeriesStore.from({
    steps: Float64Array.from(steps),
    seconds: Float64Array.from(steps, (step) => step / 10),
    values: { loss: Float64Array.from(steps, (step) => 100 - step) },
  }),
  style: { token: '--accent', dash: [], width: 2 },
})
const input = {
  series: [series(Array.from({ length: 101 }, (_, i) => i)), series([0, 10, 20, 30])],
  ...{ metric: 'loss', log: false, smoothing: 0, raw: false },
}

test('the table has the values at even places, and none beyond the end of a series', () => {
  expect(tableRows({ ...input, axis: 'step' }, 5)).toEqual([
    { x: 0, values: [100, 100] },
    { x: 25, values: [75, 80] },
    { x: 50, values: [50, 70] },
    { x: 75, values: [25, NaN] },
    { x: 100, values: [0, NaN] },
  ])
  expect(tableRows({ ...input, axis: 'time' }, 3).map(({ x }) => x)).toEqual([0, 5, 10])
})

test('a few steps give no place twice, and nothing gives no rows', () => {
  const few = { ...input, series: [series([1, 2])], axis: 'step' as const }
  expect(tableRows(few, 12).map(({ x }) => x)).toEqual([1, 2])
  expect(tableRows({ ...few, metric: 'other' }, 12)).toEqual([])
})

import { expect, test } from 'vitest'
import { groupMarks, placeMarks } from '../../../../src-renderer/charts/marks.ts'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'

const store = SeriesStore.from({
  steps: Float64Array.of(10, 20, 30),
  seconds: Float64Array.of(1, 5, 6),
  values: { loss: Float64Array.of(3, 2, 1) },
})
const mark = (step: number) => ({ step, text: String(step), strong: true, kind: 'paused' })
const at = (steps: number[], axis: 'step' | 'time') =>
  placeMarks(steps.map(mark), { store, axis }).map(({ x }) => x)

test('a mark stands at its step, by time where the run was then, and within the curve', () => {
  expect(at([0, 10, 15, 30], 'step')).toEqual([10, 10, 15, 30])
  expect(at([0, 10, 15, 30, 99], 'time')).toEqual([1, 1, 5, 6, 6])
  expect(placeMarks([mark(1)], { store: new SeriesStore(), axis: 'step' })).toEqual([])
})

test('marks outside of the view are left out, and those of neighbouring pixels are one group', () => {
  const placed = placeMarks([10, 20, 21, 30].map(mark), { store, axis: 'step' })
  const area = { left: 0, top: 0, width: 200, height: 100, view: { min: 15, max: 35 } }
  expect(groupMarks(placed, area).map(({ left, marks }) => [left, marks.length])).toEqual([
    [50, 2],
    [150, 1],
  ])
})

import { fullView, readSeries } from './series-frame.ts'
import { smooth } from './smoothing.ts'
import type { ChartInput } from './chart-input.ts'

/** A row of the table of a chart: a position on the axis, and the smoothed value of each series there. */
export interface TableRow {
  x: number
  /** NaN where a series has no point near by. */
  values: number[]
}

/** Values of a chart at about so many places of its axis, evenly spread from the first to the last. */
export function tableRows(input: ChartInput, count: number): TableRow[] {
  const { series, metric, axis, log, smoothing } = input
  const stores = series.map(({ store }) => store)
  const full = fullView(stores, { metric, axis })
  if (full === null) return []
  const smoothed = stores.map((store) => ({ store, smoothed: smooth(store.values(metric), smoothing) }))
  const spacing = (full.max - full.min) / (count - 1)
  const places = Array.from({ length: count }, (_, i) => full.min + i * spacing)
  const xs = axis === 'step' ? [...new Set(places.map(Math.round))] : places
  return xs.map((x) => ({
    x,
    values: readSeries(smoothed, { x, metric, axis, log }).map(({ step, seconds, smoothed: value }) =>
      Math.abs((axis === 'step' ? step : seconds) - x) <= spacing ? value : NaN,
    ),
  }))
}

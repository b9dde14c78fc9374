import type { LineStyle } from './line-plot.ts'
import type { SeriesPoint, Shown } from './series-frame.ts'
import type { SeriesStore } from './series-store.ts'

export interface ChartSeries {
  store: SeriesStore
  style: LineStyle
  /** Its name where there are several. */
  title?: string
}

/** One metric of several series. A new `series` array means that points were added. */
export interface ChartInput extends Shown {
  series: readonly ChartSeries[]
  /** Weight of the moving average, in [0, 1). */
  smoothing: number
  /** Draws the raw values too. */
  raw: boolean
}

export interface ChartReading {
  /** The x value under the pointer; null without a pointer. */
  x: number | null
  /** The point of each series nearest to x, or its last one without a pointer. */
  points: SeriesPoint[]
}

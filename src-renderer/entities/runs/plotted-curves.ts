import type { SeriesStore } from '../../charts/series-store.ts'
import type { ChartInput } from '../../charts/chart-input.ts'
import type { CurveStyle } from './curve-styles.ts'
import type { useCurveSettings } from './curve-settings.ts'

/** A run's curves as plots show them. */
export interface PlottedCurve {
  key: string
  title: string
  store: SeriesStore
  style: CurveStyle
}

/** One metric of some runs as the settings of curves have it shown; raw values only where a run is alone. */
export function curveInput(
  curves: readonly PlottedCurve[],
  metric: string,
  settings: Pick<ReturnType<typeof useCurveSettings>, 'smoothing' | 'log' | 'axis'>,
): ChartInput {
  const { smoothing, log, axis } = settings
  return {
    series: curves.map(({ store, style, title }) => ({ store, style, title })),
    ...{ metric, smoothing, log, axis, raw: curves.length === 1 },
  }
}

/** The curves that have a metric. */
export const curvesWith = (curves: readonly PlottedCurve[], metric: string): PlottedCurve[] =>
  curves.filter(({ store }) => store.extent(metric).count > 0)

import { decimate } from './decimate.ts'
import type { BlockExtremes } from './extremes.ts'
import { lowerBound, nearestPoint, nextAbove, upperBound } from './search.ts'
import type { SeriesStore } from './series-store.ts'
import type { View } from '#shared/plot/view.ts'

/** What the x axis shows. */
export type XAxis = 'step' | 'time'

/** A series with one of its metrics smoothed. */
export interface SmoothedSeries {
  store: SeriesStore
  smoothed: Float64Array
  /** Of the raw and of the smoothed values; without them a long curve takes longer to draw. */
  blocks?: { raw: BlockExtremes; smoothed: BlockExtremes }
}

/** Which values are shown and how. */
export interface Shown {
  metric: string
  axis: XAxis
  log: boolean
}

export interface FrameRequest extends Shown {
  series: readonly SmoothedSeries[]
  /** Whether the raw values are drawn besides the smoothed ones. */
  raw: boolean
  /** null shows everything. */
  view: View | null
  /** Width of the plot in device pixels. */
  pixels: number
}

/** The points of one series, decimated to the width of the plot. */
export interface Line {
  x: number[]
  /** Heights of the raw values if they are drawn, then of the smoothed ones; on a log scale powers of ten. */
  columns: (number | null)[][]
}

/** What is drawn: a line for each series, and the ranges of both axes. */
export interface Frame {
  lines: Line[]
  view: View
  y: View
}

/** A point of a series; NaN throughout where there is none. */
export interface SeriesPoint {
  step: number
  seconds: number
  raw: number
  smoothed: number
}

/** The x values of a series. */
export const axisOf = (store: SeriesStore, axis: XAxis): Float64Array =>
  axis === 'step' ? store.steps : store.seconds

/** Only values above it are drawn. */
export const floorOf = (log: boolean): number => (log ? 0 : -Infinity)

/** The position of a value on the y axis. */
export const heightOf = (value: number, log: boolean): number => (log ? Math.log10(value) : value)

/** From the first to the last point that any series has of a metric; null while there is none. */
export function fullView(
  stores: readonly SeriesStore[],
  { metric, axis }: Pick<Shown, 'metric' | 'axis'>,
): View | null {
  let min = Infinity
  let max = -Infinity
  for (const store of stores) {
    const { first, last } = store.extent(metric)
    const x = axisOf(store, axis)
    min = Math.min(min, x[first] ?? Infinity)
    max = Math.max(max, x[last] ?? -Infinity)
  }
  if (min > max) return null
  return max > min ? { min, max } : { min: min - 1, max: max + 1 }
}

/** Selects and transforms the points to draw; null while there are none. */
export function buildFrame(request: FrameRequest): Frame | null {
  const { series, log } = request
  const stores = series.map(({ store }) => store)
  const view = request.view ?? fullView(stores, request)
  if (view === null) return null
  const lines = series.map((one) => lineOf(one, { ...request, view }))
  return { lines, view, y: heightRange(lines, { view, log }) }
}

function lineOf({ store, smoothed, blocks }: SmoothedSeries, request: FrameRequest & { view: View }): Line {
  const { metric, axis, log, raw, view, pixels } = request
  const x = axisOf(store, axis)
  const values = store.values(metric)
  const columns = [
    ...(raw ? [{ values, ...(blocks && { blocks: blocks.raw }) }] : []),
    { values: smoothed, ...(blocks && { blocks: blocks.smoothed }) },
  ]
  const floor = floorOf(log)
  const before = nextAbove(values, lowerBound(x, view.min) - 1, { direction: -1, floor })
  const after = nextAbove(values, upperBound(x, view.max), { direction: 1, floor })
  // One point beyond each edge, so that the lines leave the plot instead of ending in it.
  const from = before < 0 ? lowerBound(x, view.min) : before
  const to = after < 0 ? upperBound(x, view.max) : after + 1
  const indices = decimate(x, columns, { from, to, ...view, buckets: pixels, floor })
  return {
    x: indices.map((i) => x[i] ?? NaN),
    columns: columns.map((column) =>
      indices.map((i) => {
        const value = column.values[i] ?? NaN
        return value > floor ? heightOf(value, log) : null
      }),
    ),
  }
}

/** The range of the heights within the view, or of all of them where none is within. */
function heightRange(lines: readonly Line[], { view, log }: { view: View; log: boolean }): View {
  const isWithin = (at: number): boolean => at >= view.min && at <= view.max
  const anyWithin = lines.some(({ x }) => x.some(isWithin))
  let min = Infinity
  let max = -Infinity
  for (const { x, columns } of lines) {
    for (const column of columns) {
      column.forEach((height, i) => {
        if (height === null || (anyWithin && !isWithin(x[i] ?? NaN))) return
        min = Math.min(min, height)
        max = Math.max(max, height)
      })
    }
  }
  if (min > max) return { min: 0, max: 1 }
  const flat = log ? 0.1 : Math.abs(min) * 0.1 || 1
  const margin = max - min > Math.abs(max) * 1e-12 ? (max - min) * 0.06 : flat
  return { min: min - margin, max: max + margin }
}

/** The point of each series nearest to `x`, or its last point where `x` is null. */
export function readSeries(
  series: readonly SmoothedSeries[],
  { x, metric, axis, log }: Shown & { x: number | null },
): SeriesPoint[] {
  return series.map(({ store, smoothed }) => {
    const raw = store.values(metric)
    const index =
      x === null
        ? store.extent(metric).last
        : nearestPoint(axisOf(store, axis), raw, { x, floor: floorOf(log) })
    return {
      step: store.steps[index] ?? NaN,
      seconds: store.seconds[index] ?? NaN,
      raw: raw[index] ?? NaN,
      smoothed: smoothed[index] ?? NaN,
    }
  })
}

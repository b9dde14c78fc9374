import { decimate } from './decimate.ts'
import { lowerBound, nextAbove, upperBound } from './search.ts'
import type { SeriesStore } from './series-store.ts'
import type { View } from './view.ts'

export type Along = 'step' | 'time'

export interface FrameRequest {
  store: SeriesStore
  metric: string
  smoothed: Float64Array
  along: Along
  log: boolean
  /** null shows everything. */
  view: View | null
  /** Width of the plot in device pixels. */
  pixels: number
}

/** What is drawn: columns decimated to the plot's width. On a log scale the heights are powers of ten. */
export interface Frame {
  x: number[]
  raw: (number | null)[]
  smoothed: (number | null)[]
  view: View
  y: View
}

/** The axis chosen to plot along. */
export const axisOf = (store: SeriesStore, along: Along): Float64Array =>
  along === 'step' ? store.steps : store.seconds

/** Numbers that cannot be drawn are not above it. */
export const floorOf = (log: boolean): number => (log ? 0 : -Infinity)

/** Where a value stands on the y axis. */
export const heightOf = (value: number, log: boolean): number => (log ? Math.log10(value) : value)

/** From a metric's first to its last point; null while it has none. */
export function fullView(store: SeriesStore, metric: string, along: Along): View | null {
  const { first, last } = store.extent(metric)
  const x = axisOf(store, along)
  const min = x[first]
  const max = x[last]
  if (min === undefined || max === undefined) return null
  return max > min ? { min, max } : { min: min - 1, max: max + 1 }
}

/** Chooses and transforms the points to draw; null while there are none. */
export function buildFrame(request: FrameRequest): Frame | null {
  const { store, metric, smoothed, along, log, pixels } = request
  const view = request.view ?? fullView(store, metric, along)
  if (view === null) return null
  const x = axisOf(store, along)
  const raw = store.values(metric)
  const floor = floorOf(log)
  const before = nextAbove(raw, lowerBound(x, view.min) - 1, { way: -1, floor })
  const after = nextAbove(raw, upperBound(x, view.max), { way: 1, floor })
  // One point beyond each edge, so that the lines leave the image instead of ending in it.
  const from = before < 0 ? lowerBound(x, view.min) : before
  const to = after < 0 ? upperBound(x, view.max) : after + 1
  const indices = decimate(x, [raw, smoothed], { from, to, ...view, buckets: pixels, floor })
  const pick = (values: Float64Array): (number | null)[] =>
    indices.map((i) => {
      const value = values[i] ?? NaN
      return value > floor ? heightOf(value, log) : null
    })
  const frame = { x: indices.map((i) => x[i] ?? NaN), raw: pick(raw), smoothed: pick(smoothed), view }
  return { ...frame, y: heightRange(frame, log) }
}

function heightRange({ x, raw, smoothed, view }: Omit<Frame, 'y'>, log: boolean): View {
  let min = Infinity
  let max = -Infinity
  const widen = (height: number | null | undefined): void => {
    if (height === null || height === undefined) return
    min = Math.min(min, height)
    max = Math.max(max, height)
  }
  const within = x.some((at) => at >= view.min && at <= view.max)
  x.forEach((at, i) => {
    if (within && (at < view.min || at > view.max)) return
    widen(raw[i])
    widen(smoothed[i])
  })
  if (min > max) return { min: 0, max: 1 }
  const flat = log ? 0.1 : Math.abs(min) * 0.1 || 1
  const margin = max - min > Math.abs(max) * 1e-12 ? (max - min) * 0.06 : flat
  return { min: min - margin, max: max + margin }
}

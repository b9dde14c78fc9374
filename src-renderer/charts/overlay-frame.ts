import { axisOf, buildFrame, floorOf, fullView, heightOf } from './plot-frame.ts'
import type { Along } from './plot-frame.ts'
import { nearestPoint } from './search.ts'
import type { SeriesStore } from './series-store.ts'
import type { View } from './view.ts'

/** One run's curve, smoothed as it is shown. */
export interface OverlayCurve {
  store: SeriesStore
  smoothed: Float64Array
}

export interface OverlayRequest {
  curves: OverlayCurve[]
  metric: string
  along: Along
  log: boolean
  view: View | null
  pixels: number
}

/** What is drawn: each curve's points, decimated to the plot's width, and the ranges that hold them all. */
export interface OverlayFrame {
  lines: [x: number[], heights: (number | null)[]][]
  view: View
  y: View
}

/** From the first to the last point of any of the curves; null while there is none. */
export function overlayFullView(
  stores: SeriesStore[],
  { metric, along }: { metric: string; along: Along },
): View | null {
  const views = stores.flatMap((store) => fullView(store, metric, along) ?? [])
  if (views.length === 0) return null
  return {
    min: Math.min(...views.map(({ min }) => min)),
    max: Math.max(...views.map(({ max }) => max)),
  }
}

/** Several curves over one axis; null while there are none. */
export function overlayFrame(request: OverlayRequest): OverlayFrame | null {
  const { curves, metric, along, log, pixels } = request
  const stores = curves.map(({ store }) => store)
  const view = request.view ?? overlayFullView(stores, { metric, along })
  if (view === null) return null
  const lines = curves.map(({ store, smoothed }): OverlayFrame['lines'][number] => {
    const frame = buildFrame({ store, metric, smoothed, along, log, view, pixels })
    return [frame?.x ?? [], frame?.smoothed ?? []]
  })
  return { lines, view, y: heights(lines, { view, log }) }
}

/** Value of each curve nearest to a place along the axis, or its last one; NaN where it has none. */
export function readOverlay(
  curves: OverlayCurve[],
  at: { x: number | null; metric: string; along: Along; log: boolean },
): { value: number; height: number; x: number }[] {
  return curves.map(({ store, smoothed }) => {
    const xs = axisOf(store, at.along)
    const { last } = store.extent(at.metric)
    const end = xs[last] ?? NaN
    const index =
      at.x === null || at.x > end
        ? last
        : nearestPoint(xs, store.values(at.metric), { x: at.x, floor: floorOf(at.log) })
    const value = smoothed[index] ?? NaN
    return { value, height: heightOf(value, at.log), x: xs[index] ?? NaN }
  })
}

function heights(lines: OverlayFrame['lines'], { view, log }: { view: View; log: boolean }): View {
  let min = Infinity
  let max = -Infinity
  for (const [x, line] of lines) {
    line.forEach((height, i) => {
      const at = x[i] ?? NaN
      if (height === null || at < view.min || at > view.max) return
      min = Math.min(min, height)
      max = Math.max(max, height)
    })
  }
  if (min > max) return { min: 0, max: 1 }
  const flat = log ? 0.1 : Math.abs(min) * 0.1 || 1
  const margin = max > min ? (max - min) * 0.06 : flat
  return { min: min - margin, max: max + margin }
}

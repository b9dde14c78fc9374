import type { View } from '#shared/plot/view.ts'
import { lowerBound } from './search.ts'

/** Moves a view into `full`, no narrower than `least`; null when it would show everything. */
export function fitView(view: View, full: View, least: number): View | null {
  const whole = full.max - full.min
  const span = Math.max(view.max - view.min, least)
  if (!(span < whole * (1 - 1e-9))) return null
  const start = (view.min + view.max - span) / 2
  const min = Math.min(Math.max(start, full.min), full.max - span)
  return { min, max: min + span }
}

/** Scales a view by `factor` (below 1 zooms in) around `at`, which keeps its position. */
export function zoomView(view: View, at: number, factor: number): View {
  return { min: at - (at - view.min) * factor, max: at + (view.max - at) * factor }
}

/** Shifts a view by a distance. */
export function panView(view: View, distance: number): View {
  return { min: view.min + distance, max: view.max + distance }
}

/** The same range on another axis of the same points. */
export function translateView(view: View, from: Float64Array, to: Float64Array): View {
  const across = (x: number): number => to[Math.min(lowerBound(from, x), to.length - 1)] ?? 0
  return { min: across(view.min), max: across(view.max) }
}

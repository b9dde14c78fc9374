import { plotSvg } from '#shared/plot/plot-svg.ts'
import type { PlotLine } from '#shared/plot/plot.ts'
import { reportColours, reportStyle } from './curve-plots.ts'

/** A curve of a plot. */
export interface LogLine {
  title: string
  /** Number of its style; lines of one number look the same. */
  style: number
  /** Behind the others, and not in the legend. */
  thin?: boolean
  /** In the order of x; y is shown on a log scale. */
  points: { x: number; y: number }[]
}

const size = { width: 1200, height: 340 }
const margin = 0.02

/** Curves with y on one log scale and x from 0, as an SVG with a legend of the lines that are not thin. */
export function logPlot(options: {
  /** The same of no other plot on a page. */
  id: string
  lines: readonly LogLine[]
  label: string
  axis: 'step' | 'time'
}): string {
  const { id, label, axis } = options
  const lines = options.lines.map(({ title, style, thin = false, points }): PlotLine => {
    const look = thin ? { width: 1, opacity: 0.45 } : {}
    const heights = points.map(({ x, y }) => ({ x, y: Math.log10(Math.max(y, 1e-12)) }))
    return { title, unlisted: thin, ...reportStyle(style), ...look, points: heights }
  })
  let [low, high, last] = [Infinity, -Infinity, 0]
  for (const { x, y } of lines.flatMap(({ points }) => points)) {
    low = Math.min(low, y)
    high = Math.max(high, y)
    last = Math.max(last, x)
  }
  if (low > high) return '<p class="quiet">No curve was recorded.</p>'
  const svg = plotSvg({
    ...{ id, ...size, title: '', label, lines, marks: [], log: true, axis, colours: reportColours },
    view: { min: 0, max: last === 0 ? 1 : last },
    y: { min: low - margin, max: high + margin },
  })
  return svg.replace('<svg ', '<svg class="plot" ')
}

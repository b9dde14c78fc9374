import { formatCount } from '#shared/format.ts'
import { formatTime, logTicks, niceTicks, tickLabels, timeIncrements } from '#shared/plot/ticks.ts'
import type { Plot, PlotLine } from '#shared/plot/plot.ts'
import type { View } from '#shared/plot/view.ts'

interface AxisLabel {
  at: number
  text: string
}

/** About one label per this many pixels. */
const [columnWidth, rowHeight] = [96, 36]

/** The ticks of both axes with their labels. */
export function axisLabels({
  width,
  height,
  view,
  y,
  log,
  axis,
}: Pick<Plot, 'width' | 'height' | 'view' | 'y' | 'log' | 'axis'>): { x: AxisLabel[]; y: AxisLabel[] } {
  const rows = Math.max(2, Math.floor((height - 60) / rowHeight))
  const ticks = log ? logTicks(y, rows) : niceTicks(y, rows)
  const words = tickLabels(ticks, log)
  const columns = Math.max(2, Math.floor(width / columnWidth))
  return {
    x: axis === 'step' ? stepLabels(view, columns) : timeLabels(view, columns),
    y: ticks.map((at, i) => ({ at, text: words[i] ?? '' })),
  }
}

const stepLabels = (view: View, columns: number): AxisLabel[] =>
  niceTicks(view, columns)
    .filter(Number.isInteger)
    .map((at) => ({ at, text: formatCount(at) }))

function timeLabels({ min, max }: View, columns: number): AxisLabel[] {
  const rough = (max - min) / columns
  const increment = timeIncrements.find((one) => one >= rough) ?? timeIncrements.at(-1) ?? 1
  const first = Math.ceil(min / increment)
  const count = Math.max(0, Math.floor(max / increment) - first + 1)
  return Array.from({ length: Math.min(count, 200) }, (_, i) => {
    const at = (first + i) * increment
    return { at, text: formatTime(at, increment) }
  })
}

/** An entry of a legend, at a distance from the left. */
interface LegendEntry {
  x: number
  line: PlotLine
  title: string
}

const [keyWidth, gap, letterWidth, longestTitle] = [32, 24, 6.6, 60]

/** The lines with titles in rows that fit into a width; none where a single line has nothing to be told from. */
export function legendRows(lines: readonly PlotLine[], width: number): LegendEntry[][] {
  const named = lines.flatMap((line) =>
    line.title === null || line.unlisted ? [] : [{ line, title: line.title }],
  )
  if (named.length < 2) return []
  const rows: LegendEntry[][] = []
  let x = Infinity
  for (const { line, title: whole } of named) {
    const title = whole.length > longestTitle ? `${whole.slice(0, longestTitle - 1)}…` : whole
    const needed = keyWidth + title.length * letterWidth
    if (x + needed > width - 12) {
      rows.push([])
      x = 12
    }
    rows.at(-1)?.push({ x: Math.round(x), line, title })
    x += needed + gap
  }
  return rows
}

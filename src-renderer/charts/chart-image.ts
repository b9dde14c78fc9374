import { csvOf } from '#shared/plot/csv.ts'
import type { CsvValue } from '#shared/plot/csv.ts'
import { plotSvg } from '#shared/plot/plot-svg.ts'
import type { View } from '#shared/plot/view.ts'
import { axisOf, buildFrame, floorOf } from './series-frame.ts'
import type { Line, SmoothedSeries } from './series-frame.ts'
import type { LineStyle } from './line-plot.ts'
import type { PlacedMark } from './marks.ts'
import type { ChartInput } from './chart-input.ts'

/** A chart as files hold it. */
export interface ChartImage {
  svg: string
  csv: string
  width: number
  height: number
}

/** What a chart shows now. */
export interface ShownChart {
  input: ChartInput
  series: SmoothedSeries[]
  /** null shows everything. */
  view: View | null
  marks: readonly PlacedMark[]
  title: string
  /** Colours as any program reads them, by the name of their token. */
  colour: (token: string) => string
}

const size = { width: 1200, height: 600 }
const rawOpacity = 0.28

/** The chart as it is shown, at the size of a file: the same range, smoothing, scale, curves and marks. */
export function chartImage(shown: ShownChart): ChartImage | null {
  const { input, series, view, marks, title, colour } = shown
  const { metric, axis, log, raw } = input
  const frame = buildFrame({ series, metric, axis, log, raw, view, pixels: size.width })
  if (frame === null) return null
  const lines = frame.lines.flatMap((line, i) => {
    const style = input.series[i]?.style
    const name = input.series[i]?.title ?? ''
    return style ? linesOf(line, { style, title: name, raw, colour }) : []
  })
  const svg = plotSvg({
    ...{ id: 'plot', ...size, title, label: title, lines, view: frame.view, y: frame.y, log, axis },
    marks: marks.map(({ x, text, strong }) => ({ x, text, strong })),
    colours: {
      ...{ paper: colour('--paper'), ink: colour('--ink') },
      ...{ ink2: colour('--ink-2'), line: colour('--line') },
    },
  })
  return { svg, csv: csvOfChart(shown, frame.view), ...size }
}

/** A series in the image: its raw values, faint, below the smoothed ones, which have its name. */
function linesOf(
  { x, columns }: Line,
  options: { style: LineStyle; title: string; raw: boolean; colour: ShownChart['colour'] },
) {
  const { style, title, raw, colour } = options
  return columns.map((column, i) => {
    const isRaw = raw && i === 0
    return {
      title: isRaw || title === '' ? null : title,
      ...{ colour: colour(style.token), dash: style.dash, width: isRaw ? 1 : style.width },
      ...(isRaw ? { opacity: rawOpacity } : {}),
      points: x.flatMap((at, k) => {
        const y = column[k]
        return y === null || y === undefined ? [] : [{ x: at, y }]
      }),
    }
  })
}

/** Every point within the view, one a row; a log scale leaves out what it cannot show. */
function csvOfChart({ input, series, title }: ShownChart, { min, max }: View): string {
  const { metric, axis, log, smoothing } = input
  const floor = floorOf(log)
  const shown = (value: number | undefined) => (value !== undefined && value > floor ? value : null)
  const rows: CsvValue[][] = []
  series.forEach(({ store, smoothed }, i) => {
    const [x, values] = [axisOf(store, axis), store.values(metric)]
    for (let k = 0; k < store.length; k++) {
      const at = x[k] ?? NaN
      const [value, mean] = [shown(values[k]), shown(smoothed[k])]
      if (!(at >= min && at <= max) || (value === null && mean === null)) continue
      rows.push([input.series[i]?.title ?? '', store.steps[k], store.seconds[k], value, mean])
    }
  })
  const heads = ['series', 'step', 'seconds', title, `${title}, smoothed ${smoothing}`]
  return csvOf(heads, rows)
}

import type uPlot from 'uplot'
import { formatCount } from '#shared/format.ts'
import type { Palette } from './palette.ts'
import type { Shown } from './series-frame.ts'
import {
  formatTime,
  logTicks,
  niceTicks,
  stepIncrements,
  tickLabels,
  timeIncrements,
} from '#shared/plot/ticks.ts'

/** How a chart looks now; read whenever it is drawn. */
export interface ChartLook extends Pick<Shown, 'axis' | 'log'> {
  palette: Palette
}

/** About one grid line per this many pixels. */
const rowHeight = 36

/** Steps or time below, values at the left; on a log scale heights are powers of ten. */
export function chartAxes(look: () => ChartLook): [uPlot.Axis, uPlot.Axis] {
  const { font } = look().palette
  const shared: uPlot.Axis = {
    font,
    stroke: () => look().palette.ink,
    grid: { stroke: () => look().palette.line, width: 1 },
    ticks: { show: false },
  }
  const x: uPlot.Axis = {
    ...shared,
    grid: { show: false },
    border: { show: true, stroke: () => look().palette.line, width: 1 },
    size: 28,
    space: 84,
    incrs: () => (look().axis === 'step' ? stepIncrements : timeIncrements),
    values: (...[, splits, , , increment]: Parameters<uPlot.Axis.DynamicValues>) =>
      splits.map((at) => (look().axis === 'step' ? formatCount(at) : formatTime(at, increment))),
  }
  const y: uPlot.Axis = {
    ...shared,
    size: (_plot, values: string[] | null) =>
      Math.max(40, ...(values ?? []).map((text) => text.length * 7 + 14)),
    splits: (...[plot, , min, max]: Parameters<Extract<uPlot.Axis.Splits, CallableFunction>>) => {
      const rows = Math.max(2, Math.floor(plot.over.clientHeight / rowHeight))
      return look().log ? logTicks({ min, max }, rows) : niceTicks({ min, max }, rows)
    },
    values: (_plot, splits) => tickLabels(splits, look().log),
  }
  return [x, y]
}

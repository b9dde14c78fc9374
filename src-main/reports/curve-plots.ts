import { plotSvg } from '#shared/plot/plot-svg.ts'
import type { PlotLine } from '#shared/plot/plot.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricSeries } from '#shared/schemas/run.ts'
import type { RunMoment } from '#shared/labels/run-events.ts'
import { curveOf } from './curve.ts'
import { escape } from './page.ts'

/** The curves of a run in a report. */
export interface ReportedCurves {
  title: string
  series: MetricSeries
}

const size = { width: 720, height: 280 }
const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]]
/** The colours of a report's page. */
export const reportColours = { paper: null, ink: 'var(--ink)', ink2: 'var(--ink-2)', line: 'var(--line)' }

/** Colour and dash of the curve at an index, so that curves can be told apart without colour. */
export function reportStyle(index: number): Pick<PlotLine, 'colour' | 'dash' | 'width'> {
  const nth = index % dashes.length
  const round = Math.floor(index / dashes.length)
  return { colour: `var(--c${nth})`, dash: dashes[(nth + round) % dashes.length] ?? [], width: 2 }
}

/** A piece of a curve, before the name of its run. */
export function reportKey(index: number): string {
  const { colour, dash } = reportStyle(index)
  const style = `fill:none;stroke:${colour};stroke-width:2;stroke-dasharray:${dash.join(' ')}`
  return `<svg class="key" viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4H26" style="${style}"/></svg>`
}

/** Every metric that the runs have recorded as a plot by step, those with labels first; marks are of the first run. */
export function curvePlots(runs: readonly ReportedCurves[], moments: readonly RunMoment[] = []): string {
  const names = new Set(runs.flatMap(({ series }) => Object.keys(series.values)))
  const shown = Object.keys(metricLabels).filter(
    (name) => names.has(name) && metricLabels[name]?.detail !== true,
  )
  const plots = shown.map((metric) => curvePlot(metric, { runs, moments })).filter((plot) => plot !== '')
  return plots.length === 0
    ? '<p class="quiet">No curve was recorded.</p>'
    : `<div class="plots">${plots.join('\n')}</div>
<p class="quiet">By step; each point is the mean of neighbouring steps. ${moments.length === 0 ? '' : 'Dashed lines are events, listed below. '}A log scale where all values are above 0.</p>`
}

function curvePlot(
  metric: string,
  { runs, moments }: { runs: readonly ReportedCurves[]; moments: readonly RunMoment[] },
): string {
  const curves = runs.map(({ series }) => curveOf(series, metric))
  const values = curves.flat().map(({ value }) => value)
  const steps = curves.flat().map(({ step }) => step)
  if (values.length === 0) return ''
  const log = values.every((value) => value > 0)
  const height = (value: number) => (log ? Math.log10(value) : value)
  const [min, max] = [least(steps), most(steps)]
  const [low, high] = [height(least(values)), height(most(values))]
  const margin = high > low ? 0.06 * (high - low) : log ? 0.1 : Math.abs(low) * 0.1 || 1
  const { title, help } = metricLabels[metric] ?? { title: metric, help: '' }
  const svg = plotSvg({
    ...{
      id: `plot-${metric}`,
      ...size,
      title,
      label: `${title} by step. ${help}`,
      log,
      axis: 'step',
      colours: reportColours,
    },
    view: max > min ? { min, max } : { min: min - 1, max: max + 1 },
    y: { min: low - margin, max: high + margin },
    marks: moments
      .filter(({ kind }) => kind !== 'checkpoint')
      .map(({ step, text }) => ({ x: Math.max(step, min), text: `Step ${step}: ${text}`, strong: true })),
    lines: curves.map((curve, i) => ({
      ...{ title: runs[i]?.title ?? '', ...reportStyle(i) },
      points: curve.map(({ step, value }) => ({ x: step, y: height(value) })),
    })),
  })
  return `<div title="${escape(help)}">${svg.replace('<svg ', '<svg class="plot" ')}</div>`
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity)

import { duration } from './words.ts'
import { meanCurve } from './curve.ts'
import { reportKey } from './curve-plots.ts'
import { logPlot } from './log-plot.ts'
import type { LogLine } from './log-plot.ts'
import { escape, reportPage, table } from './page.ts'
import { curveMetrics } from './study-report.ts'
import type { NumberSummary, RunReport, StudyReport, VariantReport } from './study-report.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import { formatCount, formatPlural } from '#shared/format.ts'

/**
 * The report of a study as one HTML file that needs no other.
 * @param sheets the last sheet of samples by run, as a PNG
 * @param appendix HTML at the end: what else is known of each run
 */
export function studyPage(report: StudyReport, sheets: ReadonlyMap<string, Buffer>, appendix = ''): string {
  const { experiment, dataset, variants, finished, total } = report
  const { width, height } = dataset.shape
  const runs = variants.flatMap((variant) => variant.runs)
  const devices = [...new Set(runs.flatMap(({ device }) => device ?? []))]
  const body = `<h1>${escape(experiment.name)}</h1>
<p>${formatCount(dataset.count)} images of ${width} × ${height} from “${escape(dataset.name)}”; the same images and budget for each run. ${finished} of ${formatPlural(total, 'run')} finished.</p>
<p class="quiet">Experiment ${escape(experiment.id)} of ${new Date(experiment.createdAt).toISOString().slice(0, 10)}${devices.length > 0 ? `, on ${escape(devices.join(', '))}` : ''}</p>
<h2>Results <small>mean ± standard error over seeds</small></h2>
${results(report)}
<p class="quiet">Training losses are means over the last 5 % of the steps. Losses of different objectives cannot be compared: a setting that changes the objective changes what its loss means. The best mean of each column is bold where lower or higher is better.</p>
${charts(variants)}
<h2>Samples <small>the last of each run; runs of the same seed start from the same noise</small></h2>
${variants.map((variant, i) => samples(variant, i, sheets)).join('\n')}
<h2>Runs</h2>
${everyRun(variants)}
<h2>Settings of all runs</h2>
<div class="facts">${table(
    ['', ''],
    report.shared.map(({ title, value }) => [escape(title), escape(value)]),
  )}</div>
${appendix}`
  return reportPage({ title: experiment.name, body })
}

/** A number with its standard error, where there is one. */
function withError({ mean, standardError }: Pick<NumberSummary, 'mean' | 'standardError'>): string {
  return standardError === null
    ? mean.toPrecision(4)
    : `${mean.toPrecision(4)} <span class="quiet">± ${standardError.toPrecision(2)}</span>`
}

/** Titles of numbers by key, in the order in which they are first found. */
const titlesOf = (numbers: readonly { key: string; title: string }[]): Map<string, string> =>
  new Map(numbers.map(({ key, title }) => [key, title]))

function results({ variants, varied }: StudyReport): string {
  const all = variants.flatMap(({ numbers }) => numbers)
  const columns = [...titlesOf(all)].map(([key, title]) => {
    const floor = all.find((number) => number.key === key)?.floor
    const real = floor === undefined ? '' : `<br><small>real images: ${floor.toPrecision(3)}</small>`
    return { key, head: `${escape(title)}${real}`, best: bestOf(all, key) }
  })
  const rows = variants.map(({ title, settings, numbers, runs }, i) => {
    const done = runs.filter(({ status }) => status === 'finished')
    const mean = (of: (run: RunReport) => number) =>
      done.length === 0 ? null : done.reduce((sum, run) => sum + of(run), 0) / done.length
    const cells = columns.map(({ key, best }) => {
      const found = numbers.find((number) => number.key === key)
      if (!found) return '–'
      return found.mean === best ? `<b>${withError(found)}</b>` : withError(found)
    })
    const [first, ...others] = settings.map(({ value }) => escape(value))
    return [
      `${reportKey(i)}${first ?? escape(title)}`,
      ...others,
      done.length === runs.length ? String(done.length) : `${done.length} of ${runs.length}`,
      mean(({ steps }) => steps)?.toFixed(0) ?? '–',
      duration(mean(({ seconds }) => seconds) ?? 0),
      mean(({ stepsPerSecond }) => stepsPerSecond)?.toFixed(2) ?? '–',
      ...cells,
    ]
  })
  const [first = '', ...others] = varied.map(({ title }) => escape(title))
  const heads = [first, ...others, 'runs', 'steps', 'time', 'steps per second']
  return table([...heads, ...columns.map(({ head }) => head)], rows)
}

/** The best mean of a number where one direction is better; undefined elsewhere, or with nothing to compare. */
function bestOf(numbers: readonly NumberSummary[], key: string): number | undefined {
  const same = numbers.filter((number) => number.key === key)
  const [better] = same.flatMap((number) => number.better ?? [])
  const means = same.map(({ mean }) => mean)
  if (better === undefined || new Set(means).size < 2) return undefined
  return better === 'lower' ? Math.min(...means) : Math.max(...means)
}

/** Each metric by step, and the velocity loss by time; what is not above 0 has no log scale and is left out. */
function charts(variants: readonly VariantReport[]): string {
  const byStep = curveMetrics.map((metric) => chart(variants, metric, 'step'))
  return [byStep[0], chart(variants, 'velocity', 'seconds'), ...byStep.slice(1)].join('\n')
}

function chart(variants: readonly VariantReport[], metric: string, axis: 'step' | 'seconds'): string {
  const curvesOf = ({ runs }: VariantReport) => runs.map(({ curves }) => curves[metric] ?? [])
  const points = variants.flatMap(curvesOf).flat()
  if (points.length === 0 || points.some(({ value }) => value <= 0)) return ''
  const title = metricLabels[metric]?.title ?? metric
  const lines = variants.flatMap((variant, style): LogLine[] => {
    const several = variant.runs.length > 1
    const each = variant.runs.map(({ seed, curves }) => ({
      ...{ title: `${variant.title}, seed ${seed}`, style, thin: true },
      points: (curves[metric] ?? []).map((point) => ({ x: point[axis], y: point.value })),
    }))
    const mean = { title: variant.title, style, points: meanCurve(curvesOf(variant), axis) }
    return several ? [...each, mean] : [mean]
  })
  const shown = lines.filter((line) => line.points.length > 0)
  const by = axis === 'step' ? 'step' : 'training time'
  const plot = logPlot({
    ...{ id: `plot-${metric}-${axis}`, lines: shown, label: `${title} by ${by}` },
    axis: axis === 'seconds' ? 'time' : 'step',
  })
  return `<h2>${escape(title)} <small>by ${by}, log scale; thick: mean over seeds</small></h2>
${plot}`
}

function samples({ title, runs }: VariantReport, style: number, sheets: ReadonlyMap<string, Buffer>): string {
  const figures = runs.flatMap(({ id, seed, steps }) => {
    const png = sheets.get(id)
    if (!png) return []
    const alt = escape(`Samples of ${title}, seed ${seed}`)
    return `<figure><img src="data:image/png;base64,${png.toString('base64')}" alt="${alt}">
<figcaption class="quiet">seed ${seed}, step ${steps}</figcaption></figure>`
  })
  const shown =
    figures.length === 0
      ? '<p class="quiet">No samples yet.</p>'
      : `<div class="sheets">${figures.join('\n')}</div>`
  return `<h3>${reportKey(style)}${escape(title)}</h3>
${shown}`
}

function everyRun(variants: readonly VariantReport[]): string {
  const columns = [...titlesOf(variants.flatMap(({ runs }) => runs.flatMap(({ numbers }) => numbers)))]
  const rows = variants.flatMap(({ title, runs }, i) =>
    runs.map(({ seed, status, error, steps, seconds, numbers }) => [
      `${reportKey(i)}${escape(title)}`,
      String(seed),
      error === null ? status : `<span class="failed">${status}: ${escape(error)}</span>`,
      String(steps),
      duration(seconds),
      ...columns.map(([key]) => numbers.find((number) => number.key === key)?.value.toPrecision(4) ?? '–'),
    ]),
  )
  const heads = ['', 'seed', 'status', 'steps', 'time', ...columns.map(([, title]) => escape(title))]
  return table(heads, rows)
}

import type { ImageShape } from '#shared/schemas/image.ts'
import type { Rung } from './rung.ts'
import { duration } from '../../support/output.ts'
import { reportKey } from '../../../reports/curve-plots.ts'
import { logPlot } from '../../../reports/log-plot.ts'
import { escape, reportPage, table } from '../../../reports/page.ts'

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** The report of a ladder as an HTML page that refers only to the images beside it. */
export function ladderPage(report: {
  dataset: { name: string; count: number; shape: ImageShape }
  rungs: Rung[]
}): string {
  const { dataset, rungs } = report
  const { width, height } = dataset.shape
  const body = `<h1>${escape(dataset.name)}</h1>
<p>${dataset.count} images of ${width} × ${height}; the same images, seed and budget for each model.</p>
<h2>Samples</h2>
<div class="row">
${rungs.map(samples).join('\n')}
</div>
<h2>Velocity loss <small>by step, log scale, each point the mean of several steps</small></h2>
${overlay(rungs)}
<h2>Results</h2>
${results(rungs)}
<h2>Reconstructions</h2>
${rungs.map(reconstruction).join('\n')}`
  return reportPage({ title: `Ladder: ${dataset.name}`, body })
}

function samples({ samples, title, summary, changes }: Rung, i: number): string {
  const items = changes.map(
    (change) => `<li>${escape(change.title)}: ${escape(change.from)} → ${escape(change.to)}</li>`,
  )
  const changed = items.length === 0 ? '' : `<ul class="quiet">${items.join('')}</ul>`
  return `<figure>
<img src="${samples}" alt="Samples of ${escape(title)}">
<figcaption><h3>${reportKey(i)}${escape(title)}</h3><p class="quiet">${escape(summary)}</p>${changed}</figcaption>
</figure>`
}

/** Velocity loss of every rung by step, on one log scale. */
function overlay(rungs: Rung[]): string {
  const lines = rungs.map(({ curve, title }, style) => ({
    ...{ title, style },
    points: curve.map(({ step, velocity }) => ({ x: step, y: velocity })),
  }))
  return logPlot({ id: 'plot-velocity', axis: 'step', lines, label: 'Velocity loss of each model by step' })
}

function results(rungs: Rung[]): string {
  const names = [...new Set(rungs.flatMap(({ run }) => Object.keys(run.losses)))]
  const rows = rungs.map(({ title, run, curve, reconstructionError, encoder }, i) => {
    const late = curve.slice(-Math.max(1, Math.ceil(curve.length / 20))).map(({ velocity }) => velocity)
    const cells = [
      String(run.steps),
      duration(run.seconds),
      run.stepsPerSecond.toFixed(2),
      late.length === 0 ? '–' : mean(late).toPrecision(4),
      ...names.map((name) => run.losses[name]?.toPrecision(4) ?? '–'),
      `${percent(mean(reconstructionError))} <span class="quiet">${encoder}</span>`,
    ]
    return [`${reportKey(i)}${escape(title)}`, ...cells]
  })
  const heads = ['', 'steps', 'time', 'steps per second', 'velocity loss, last 5 %', ...names.map(escape)]
  return `${table([...heads, 'reconstruction error'], rows)}
<p class="quiet">Losses are those of the last step. KL and prior terms are summed in the reference models and averaged per pixel in the default model, so only the velocity loss can be compared across all of them.</p>`
}

function reconstruction({ title, reconstruction, reconstructionError, encoder }: Rung): string {
  return `<section class="reconstruction">
<div><h3>${escape(title)}</h3><p class="quiet">Error ${percent(mean(reconstructionError))}, encoded by ${encoder}. Above: images. Below: their reconstructions.</p></div>
<img src="${reconstruction}" alt="Above: images. Below: their reconstructions.">
</section>`
}

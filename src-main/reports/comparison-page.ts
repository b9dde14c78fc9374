import type { Comparison } from '#shared/comparison.ts'
import { formatCount, formatPlural } from '#shared/format.ts'
import { curvePlots, reportKey } from './curve-plots.ts'
import type { ReportedCurves } from './curve-plots.ts'
import { escape, reportPage, table } from './page.ts'
import { sheetImage } from './sample-images.ts'
import type { EmbeddedSheet } from './sample-images.ts'

/** A run of a comparison, in its order. */
export interface ReportedComparison {
  comparison: Comparison
  runs: (ReportedCurves & { id: string; sheet: EmbeddedSheet | null })[]
  /** HTML at the end: what else is known of each run. */
  appendix: string
}

/** The report of several runs as one HTML file that needs no other. */
export function comparisonPage({ comparison, runs, appendix }: ReportedComparison): string {
  const title = `Comparison of ${formatPlural(runs.length, 'run')}`
  const body = `<h1>${escape(title)}</h1>
<p>${runs.map((run, i) => `${reportKey(i)}${escape(run.title)}`).join(' &nbsp; ')}</p>
<h2>Numbers <small>and the settings that differ; a value that most of the runs do not have is marked</small></h2>
${numbers(comparison, runs)}
<h2>Curves</h2>
${curvePlots(runs)}
<h2>Latest samples</h2>
${samples(runs)}
${appendix}`
  return reportPage({ title, body })
}

function numbers({ columns, rows }: Comparison, runs: ReportedComparison['runs']): string {
  const heads = columns.map(({ title, unit }) =>
    unit === undefined ? escape(title) : `${escape(title)}<br><small>${escape(unit)}</small>`,
  )
  const body = rows.map(({ id, name, cells }) => [
    `${reportKey(runs.findIndex((run) => run.id === id))}${escape(name)}`,
    ...cells.map(({ text, deviates, best }) => {
      const kind = deviates ? 'deviates' : best ? 'best' : ''
      return kind === '' ? escape(text) : `<span class="${kind}">${escape(text)}</span>`
    }),
  ])
  return table(['', ...heads], body)
}

function samples(runs: ReportedComparison['runs']): string {
  const figures = runs.flatMap(({ title, sheet }, i) =>
    sheet
      ? `<figure>${sheetImage(sheet, escape(`Samples of ${title}`))}
<figcaption>${reportKey(i)}${escape(title)} <span class="quiet">step ${formatCount(sheet.record.step)}</span></figcaption></figure>`
      : [],
  )
  return figures.length === 0
    ? '<p class="quiet">No samples.</p>'
    : `<div class="sheets">${figures.join('\n')}</div>`
}

import { compareRuns } from '#shared/comparison.ts'
import { runMoments } from '#shared/labels/run-events.ts'
import type { ReportTarget } from '#shared/ipc/reports.ts'
import { comparedRuns as comparedRunCounts } from '#shared/schemas/compare-view.ts'
import { inLanguage } from '#shared/language.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import type { Reconstructor } from '../runs/reconstructions.ts'
import { comparedRuns, latestEvaluation } from './compared-runs.ts'
import { comparisonPage } from './comparison-page.ts'
import { runAppendix, runPage } from './run-page.ts'
import type { ReportedRun } from './run-page.ts'
import { gridsThroughTime } from './sample-images.ts'
import { studyPage } from './study-page.ts'
import { ReportReader } from './study-report.ts'

/** A report: one HTML file that needs no other, and a name for it. */
export interface Report {
  name: string
  html: string
}

/** Grids of a run's samples that its own report shows, and that of several runs. */
const mostGrids = { alone: 8, amongOthers: 4 }

/**
 * The report of a run, of an experiment, or of several runs compared; from the history alone, without an engine.
 * @throws FlowerbedError `not-found` for a run or experiment that is not there
 */
export async function createReport(
  sources: { store: Store; reconstructor: Pick<Reconstructor, 'find'> },
  target: ReportTarget,
): Promise<Report> {
  const { store, reconstructor } = sources
  if ('experiment' in target) {
    const experiment = store.experiments.get(target.experiment)
    const reader = new ReportReader(store, reconstructor)
    const report = await reader.read(experiment)
    const sheets = await reader.sheets(report)
    const runs = store.runs.ofExperiment(experiment.id)
    // Of a large study the tables say enough, and each image takes its room in the file.
    const appendix = runs.length <= comparedRunCounts.max ? await appendixOf(store, runs) : ''
    return { name: experiment.name, html: inEnglish(() => studyPage(report, sheets, appendix)) }
  }
  const [first, ...others] = target.runs.map((id) => store.runs.get(id))
  if (first && others.length === 0) {
    const known = await reported(store, first, mostGrids.alone)
    return { name: first.name, html: inEnglish(() => runPage(known)) }
  }
  const runs = first ? [first, ...others] : []
  return { name: `Comparison of ${runs.length} runs`, html: await reportComparison(store, runs) }
}

/** A report is in English, whatever the language of the window that asks for it. */
const inEnglish = <Made>(make: () => Made): Made => inLanguage('en', make)

/** What is known of a run. */
async function reported(store: Store, run: RunRecord, most: number): Promise<ReportedRun> {
  const key = store.runs.key(run.id)
  return {
    run,
    series: store.metrics.series(key),
    moments: inEnglish(() => runMoments(store.events.list(key), store.checkpoints.list(key))),
    evaluation: latestEvaluation(store, run.id),
    sheets: await gridsThroughTime(store, run.id, most),
  }
}

async function appendixOf(store: Store, runs: readonly RunRecord[]): Promise<string> {
  const all = await Promise.all(runs.map((run) => reported(store, run, mostGrids.amongOthers)))
  return inEnglish(() => all.map(runAppendix).join('\n'))
}

async function reportComparison(store: Store, runs: readonly RunRecord[]): Promise<string> {
  const compared = comparedRuns(store, runs)
  const shown = await Promise.all(
    runs.map(async ({ id, name }) => {
      const [sheet = null] = await gridsThroughTime(store, id, 1)
      return { id, title: name, series: store.metrics.series(store.runs.key(id)), sheet }
    }),
  )
  const appendix = await appendixOf(store, runs)
  return inEnglish(() => {
    const comparison = compareRuns(compared, { columns: null, onlyDiffering: false, sort: null })
    return comparisonPage({ comparison, runs: shown, appendix })
  })
}

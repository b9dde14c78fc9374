import { compareRuns } from '#shared/comparison.ts'
import { runMoments } from '#shared/labels/run-events.ts'
import type { ReportTarget } from '#shared/ipc/reports.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import type { Reconstructor } from '../runs/reconstructions.ts'
import { comparedRuns, latestEvaluation } from './compared-runs.ts'
import { comparisonPage } from './comparison-page.ts'
import { runPage } from './run-page.ts'
import { gridsThroughTime } from './sample-images.ts'
import { studyPage } from './study-page.ts'
import { ReportReader } from './study-report.ts'

/** A report: one HTML file that needs no other, and a name for it. */
export interface Report {
  name: string
  html: string
}

/** Grids of a run's samples that its report shows. */
const mostGrids = 8

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
    return { name: experiment.name, html: studyPage(report, await reader.sheets(report)) }
  }
  const [first, ...others] = target.runs.map((id) => store.runs.get(id))
  if (first && others.length === 0) return { name: first.name, html: await reportRun(store, first) }
  const runs = first ? [first, ...others] : []
  return { name: `Comparison of ${runs.length} runs`, html: await reportComparison(store, runs) }
}

async function reportRun(store: Store, run: RunRecord): Promise<string> {
  const key = store.runs.key(run.id)
  return runPage({
    run,
    series: store.metrics.series(key),
    moments: runMoments(store.events.list(key), store.checkpoints.list(key)),
    evaluation: latestEvaluation(store, run.id),
    sheets: await gridsThroughTime(store, run.id, mostGrids),
  })
}

async function reportComparison(store: Store, runs: readonly RunRecord[]): Promise<string> {
  const compared = comparedRuns(store, runs)
  return comparisonPage({
    comparison: compareRuns(compared, { columns: null, onlyDiffering: false, sort: null }),
    runs: await Promise.all(
      compared.map(async ({ run: { id, name }, evaluation }) => {
        const [sheet = null] = await gridsThroughTime(store, id, 1)
        return { id, title: name, series: store.metrics.series(store.runs.key(id)), sheet, evaluation }
      }),
    ),
  })
}

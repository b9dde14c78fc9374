import { desktopText } from '#shared/desktop-text.ts'
import { runTitles, variedTitle } from '#shared/experiment-runs.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { resolveConfig } from '#shared/presets.ts'
import { mostSteps } from '#shared/run-limits.ts'
import type { Budget, ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { checkedAxes, expandGrid, maxStudyRuns, runCount } from '#shared/setting-grid.ts'
import type { GridAxis } from '#shared/setting-grid.ts'
import type { Store } from '../database/store.ts'
import { createExperiment } from './create-experiment.ts'
import type { ExperimentPlan } from './create-experiment.ts'
import type { RunService } from './run-service.ts'

/** A grid of settings, each point trained with several seeds. */
export interface StudyPlan {
  axes: readonly GridAxis[]
  /** How many seeds, counted up from the setting `seed`. */
  seeds: number
  /** Of runs whose preset the grid does not vary. */
  preset: string
  /** Settings that all runs share. */
  changes: Record<string, unknown>
  budget: Budget
  device: DeviceChoice
}

type StudyRuns = Pick<ExperimentPlan, 'varied' | 'budget' | 'runs'>

/**
 * The runs of a study in the order they are trained: every point with the first seed, then with the next, so that one
 * that is interrupted has something of each.
 * @throws FlowerbedError `bad-input` that names the setting or value that does not hold, or for too many runs
 */
export function studyRuns(plan: Omit<StudyPlan, 'device'>): StudyRuns {
  const { seeds, preset, budget } = plan
  const changes = { ...monitoring, ...plan.changes }
  const axes = checkedAxes(plan.axes, { preset, changes: plan.changes })
  const count = runCount(axes, seeds)
  if (count > maxStudyRuns) {
    const parameters = { count: formatCount(count), most: maxStudyRuns }
    throw new FlowerbedError('bad-input', errorText('study.tooManyRuns', parameters))
  }
  if (count < 2) {
    throw new FlowerbedError('bad-input', errorText('study.oneRun'))
  }
  const points = expandGrid(axes)
  const { seed: firstSeed } = resolveConfig(preset, changes)
  const runs = Array.from({ length: seeds }, (_, i) => firstSeed + i).flatMap((seed) =>
    points.map(({ preset: varied, ...point }) => ({
      preset: String(varied ?? preset),
      changes: { ...changes, ...point, seed },
    })),
  )
  const varied = axes.map(({ key }) => key)
  return { varied, budget: wholeBudget(budget, changes), runs: withTitles(varied, runs) }
}

/** What is kept of each run: a sheet of samples at its end and one checkpoint, unless the plan says otherwise. */
const monitoring = { sampleEvery: 0, checkpointKeep: 1 }

/** A budget of minutes alone is used up: the preset’s number of steps does not end a run before. */
function wholeBudget(budget: Budget, changes: Record<string, unknown>): Budget {
  if (budget.minutes === undefined || budget.steps !== undefined || 'steps' in changes) return budget
  return { ...budget, steps: mostSteps }
}

function withTitles(varied: string[], runs: Omit<StudyRuns['runs'][number], 'title'>[]): StudyRuns['runs'] {
  const titles = runTitles(
    { kind: 'study', varied },
    runs.map(({ preset, changes }, i) => ({
      ...{ id: String(i), preset, config: resolveConfig(preset, changes), createdAt: i },
    })),
  )
  return runs.map((run, i) => ({ ...run, title: titles.get(String(i)) ?? run.preset }))
}

/**
 * Makes the experiment of a study; none of its runs is begun.
 * @throws FlowerbedError `bad-input` as `studyRuns`, with nothing made
 */
export function createStudy(
  services: { store: Store; runService: RunService },
  { datasetId, ...plan }: StudyPlan & { datasetId: string },
): ExperimentRecord {
  const { varied, budget, runs } = studyRuns(plan)
  const settings = varied.length === 0 ? desktopText('study.seeds') : varied.map(variedTitle).join(' × ')
  return createExperiment(services, {
    kind: 'study',
    name: (dataset) => `${dataset.name}, ${settings}`,
    ...{ varied, datasetId, budget, device: plan.device, runs },
  })
}

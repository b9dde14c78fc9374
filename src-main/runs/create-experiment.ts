import type { Budget, ExperimentKind, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { inTransaction } from '../database/driver.ts'
import type { Store } from '../database/store.ts'
import { freeName } from './free-name.ts'
import { newId } from './new-run.ts'
import type { RunService } from './run-service.ts'

/** An experiment to be made: a list of runs with the same images and budget, in the order they are to be trained. */
export interface ExperimentPlan {
  kind: ExperimentKind
  /** Of an experiment, by the dataset’s name; numbered where it is taken. */
  name: (dataset: DatasetRecord) => string
  varied: string[]
  datasetId: string
  budget: Budget
  device: DeviceChoice
  runs: { preset: string; changes: Record<string, unknown>; title: string }[]
}

/**
 * Makes an experiment and its runs; none is begun.
 * @throws FlowerbedError `bad-input` for settings that do not hold for one of them, with nothing made
 */
export function createExperiment(
  { store, runService }: { store: Store; runService: RunService },
  plan: ExperimentPlan,
): ExperimentRecord {
  const { kind, varied, datasetId, device } = plan
  const limits = budgetLimits(plan.budget)
  const runs = plan.runs.map((run) => ({ ...run, changes: { ...run.changes, ...limits } }))
  for (const { preset, changes } of runs) resolveConfig(preset, changes)
  const dataset = store.datasets.get(datasetId)
  const taken = new Set(store.experiments.list().map(({ name }) => name))
  const now = Date.now()
  const name = freeName(plan.name(dataset), (one) => taken.has(one))
  const record: ExperimentRecord = { id: newId(now), kind, name, varied, datasetId, createdAt: now }
  inTransaction(store.database, () => {
    store.experiments.add(record)
    runs.forEach(({ preset, changes, title }, i) => {
      // A millisecond apart, so that their order can be read from it.
      const at = { experimentId: record.id, createdAt: now + i }
      runService.create({ datasetId, preset, changes, device, name: `${dataset.name}: ${title}`, ...at })
    })
  })
  return record
}

/** The settings by which a budget limits a run. @throws FlowerbedError `bad-input` without any */
function budgetLimits({ steps, minutes }: Budget): Record<string, unknown> {
  if (steps === undefined && minutes === undefined) {
    throw new FlowerbedError('bad-input', errorText('experiment.noBudget'), { where: 'budget' })
  }
  return { ...(steps === undefined ? {} : { steps }), ...(minutes === undefined ? {} : { minutes }) }
}

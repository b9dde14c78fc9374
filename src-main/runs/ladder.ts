import type { Budget, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ladderPresets, rungTitle } from '#shared/ladder.ts'
import { resolveConfig } from '#shared/presets.ts'
import { runsLeft } from '#shared/run-status.ts'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { freeName } from './free-name.ts'
import { newId } from './new-run.ts'
import type { RunService } from './run-service.ts'

export interface LadderPlan {
  datasetId: string
  /** Which systems; all of the ladder when left out. */
  presets?: string[] | undefined
  budget: Budget
  seed: number
  /** Any other setting, for all of them. */
  changes: Record<string, unknown>
  device: DeviceChoice
}

/**
 * Makes an experiment with one run a system, all with the same images, seed and budget; none is begun.
 * @throws FlowerbedError `bad-input` for settings that do not hold for each of them, with nothing made
 */
export function createLadder(
  { store, runService }: { store: Store; runService: RunService },
  plan: LadderPlan,
): ExperimentRecord {
  const { datasetId, budget, seed, device } = plan
  const { steps, minutes } = budget
  if (steps === undefined && minutes === undefined) {
    throw new FlowerbedError('bad-input', 'How long for each? Say steps or minutes.', { where: 'budget' })
  }
  const changes = {
    ...plan.changes,
    seed,
    ...(steps === undefined ? {} : { steps }),
    ...(minutes === undefined ? {} : { minutes }),
  }
  const presets = rungsAskedFor(plan.presets)
  for (const preset of presets) resolveConfig(preset, changes)
  const dataset = store.datasets.get(datasetId)
  const taken = new Set(store.experiments.list().map(({ name }) => name))
  const now = Date.now()
  const experiment = store.experiments.add({
    id: newId(now),
    kind: 'ladder',
    name: freeName(`${dataset.name}, systems compared`, (name) => taken.has(name)),
    datasetId,
    createdAt: now,
  })
  for (const preset of presets) {
    const name = `${dataset.name}: ${rungTitle(preset)}`
    runService.create({ datasetId, preset, changes, device, name, experimentId: experiment.id })
  }
  return experiment
}

/**
 * Trains what is left of an experiment, one run after the other, each once: a run that fails lets the next begin, a run
 * that is paused ends it.
 */
export async function trainLadder(options: {
  store: Store
  experimentId: string
  /** The run to begin with. */
  first?: string | undefined
  /** Asked before each run. */
  shouldContinue?: () => boolean
  /** Trains a run until it ends, in whichever way; returns its record then. */
  train: (run: RunRecord) => Promise<RunRecord>
  /** Called with each run that has reached its goal, before the next begins. */
  finished: (run: RunRecord) => Promise<void>
}): Promise<void> {
  const { store, experimentId, first, shouldContinue = () => true, train, finished } = options
  const tried = new Set<string>()
  for (;;) {
    if (!shouldContinue()) return
    const run = runsLeft(store.runs.ofExperiment(experimentId), first).find(({ id }) => !tried.has(id))
    if (!run) return
    tried.add(run.id)
    const ended = await train(run)
    if (ended.status === 'paused') return
    if (ended.status === 'finished') await finished(ended)
  }
}

/** In the order of the ladder. @throws FlowerbedError `bad-input` for one that is not on it, or none */
function rungsAskedFor(presets: string[] | undefined): string[] {
  if (presets === undefined) return [...ladderPresets]
  const unknown = presets.find((preset) => !(ladderPresets as readonly string[]).includes(preset))
  if (unknown !== undefined || presets.length === 0) {
    throw new FlowerbedError(
      'bad-input',
      unknown === undefined ? 'No system was chosen.' : `“${unknown}” is not on the ladder.`,
      { where: 'presets', hint: `Choose among: ${ladderPresets.join(', ')}.` },
    )
  }
  return ladderPresets.filter((preset) => presets.includes(preset))
}

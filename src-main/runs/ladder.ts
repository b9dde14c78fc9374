import { desktopText } from '#shared/desktop-text.ts'
import type { Budget, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ladderPresets, rungTitle } from '#shared/ladder.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { createExperiment } from './create-experiment.ts'
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
  services: { store: Store; runService: RunService },
  plan: LadderPlan,
): ExperimentRecord {
  const { datasetId, budget, seed, device } = plan
  const changes = { ...plan.changes, seed }
  return createExperiment(services, {
    kind: 'ladder',
    name: (dataset) => desktopText('experiment.systems', { name: dataset.name }),
    varied: ['preset'],
    ...{ datasetId, budget, device },
    runs: rungsAskedFor(plan.presets).map((preset) => ({ preset, changes, title: rungTitle(preset) })),
  })
}

/** In the order of the ladder. @throws FlowerbedError `bad-input` for one that is not on it, or none */
function rungsAskedFor(presets: string[] | undefined): string[] {
  if (presets === undefined) return [...ladderPresets]
  const unknown = presets.find((preset) => !(ladderPresets as readonly string[]).includes(preset))
  if (unknown !== undefined || presets.length === 0) {
    const choices = ladderPresets.join(', ')
    const text =
      unknown === undefined
        ? errorText('ladder.noSystem', { choices })
        : errorText('ladder.unknownSystem', { preset: unknown, choices })
    throw new FlowerbedError('bad-input', text, { where: 'presets' })
  }
  return ladderPresets.filter((preset) => presets.includes(preset))
}

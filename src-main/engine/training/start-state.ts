import { rm } from 'node:fs/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { averageKinds, samplingWeights, stateName } from '../checkpoints/state-names.ts'
import type { Values } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'
import { initialState } from './step-program.ts'

/** A checkpoint of another run, which a run without one of its own starts from. */
export interface Start {
  /** A folder with `checkpoints`, this run's alone. */
  directory: string
  file: string
}

/**
 * The state before the first step of a run that starts from another's weights: weights and their average are the other's
 * average, the optimizer's moments zero.
 * @throws FlowerbedError `conflict` naming an array that the other run does not have in this size
 */
export async function startState(
  system: System,
  options: { config: RunConfig; start: Start },
): Promise<Values> {
  const { config, start } = options
  const { state: trained, info } = await loadCheckpoint(start.directory, start.file)
  const weights = samplingWeights(trained, info.config)
  const state = initialState(system, config)
  for (const { name } of system.parameters) {
    const values = weights[name]
    if (values?.length !== state[stateName('weight', name)]?.length) {
      throw new FlowerbedError('conflict', errorText('training.startSizeDiffers', { name }), { where: name })
    }
    for (const kind of ['weight', ...averageKinds(config)] as const)
      state[stateName(kind, name)] = (values as Float32Array).slice()
  }
  return state
}

/** Removes the checkpoint once the run has one of its own. */
export async function removeStart({ directory }: Start): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}

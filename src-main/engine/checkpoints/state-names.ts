import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { WeightsName } from '#shared/schemas/sampling.ts'
import type { Values } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'

/** Arrays of a training state, one of each kind per parameter: weights, Adam's two moments, and the weights' average. */
export const stateKinds = ['weight', 'm', 'v', 'ema'] as const
export type StateKind = (typeof stateKinds)[number]

/** The name of an array in the step program's state and in checkpoint files. */
export const stateName = (kind: StateKind, parameter: string) => `${kind}/${parameter}`

/** The average of the weights, or the weights themselves where there is none or they are asked for. */
const samplingKind = (config: RunConfig, weights: WeightsName): StateKind =>
  config.emaDecay > 0 && weights === 'ema' ? 'ema' : 'weight'

/** Names of the arrays that sampling uses. */
export function samplingStateNames(
  system: System,
  config: RunConfig,
  weights: WeightsName = 'ema',
): string[] {
  return system.parameters.map(({ name }) => stateName(samplingKind(config, weights), name))
}

/** The arrays that sampling uses, by parameter name, from a state or from a part of it that contains them. */
export function samplingWeights(state: Values, config: RunConfig, weights: WeightsName = 'ema'): Values {
  const prefix = stateName(samplingKind(config, weights), '')
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, values]) => [name.slice(prefix.length), values]),
  )
}

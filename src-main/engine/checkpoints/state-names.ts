import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { WeightsName } from '#shared/schemas/sampling.ts'
import { keepsAverage } from '#shared/weight-averaging.ts'
import type { ProgramSpec, Values } from '../graph/program.ts'
import { codeTableShapes } from '../model/flow/code-prior.ts'
import type { System } from '../model/flow/system.ts'

/**
 * Arrays of a training state, one of each kind per parameter: weights, Adam's two moments, and the weights' average; of
 * averages by power functions `ema` is the narrower.
 */
export const stateKinds = ['weight', 'm', 'v', 'ema', 'emaWide'] as const
export type StateKind = (typeof stateKinds)[number]

/** The averages that a run keeps, narrowest first. */
export const averageKinds = (config: RunConfig): ('ema' | 'emaWide')[] =>
  config.emaKind === 'power' ? ['ema', 'emaWide'] : keepsAverage(config) ? ['ema'] : []

/** The kinds of arrays that a run has. */
export const kindsOf = (config: RunConfig): StateKind[] => ['weight', 'm', 'v', ...averageKinds(config)]

/** The name of an array in the step program's state and in checkpoint files. */
export const stateName = (kind: StateKind, parameter: string) => `${kind}/${parameter}`

/** The name in checkpoint files of an array that was measured rather than trained. */
const measuredPrefix = 'measured/'
/** The name in checkpoint files of the average that was chosen after the run, which sampling uses in place of its own. */
const chosenPrefix = 'chosen/'

/** Shapes of the measured arrays, as a checkpoint names them. */
export const measuredSpecs = ({ codeSize, labelCount }: System): ProgramSpec['state'] =>
  Object.fromEntries(
    Object.entries(codeTableShapes(codeSize, labelCount)).map(([name, shape]) => [
      `${measuredPrefix}${name}`,
      { shape, dtype: 'float32' as const },
    ]),
  )

/** Arrays that are measured, as a checkpoint names them. */
export const measuredState = (measured: Values): Values =>
  Object.fromEntries(Object.entries(measured).map(([name, values]) => [`${measuredPrefix}${name}`, values]))

/** An average that was chosen after the run, by parameter name, as a checkpoint names it. */
export const chosenState = (weights: Values): Values =>
  Object.fromEntries(Object.entries(weights).map(([name, values]) => [`${chosenPrefix}${name}`, values]))

/** A checkpoint's arrays without those that were measured or chosen. */
export const trainedState = (state: Values): Values =>
  Object.fromEntries(
    Object.entries(state).filter(
      ([name]) => !name.startsWith(measuredPrefix) && !name.startsWith(chosenPrefix),
    ),
  )

/** The average of the weights, or the weights themselves where there is none or they are asked for. */
const samplingKind = (config: RunConfig, weights: WeightsName): StateKind =>
  keepsAverage(config) && weights === 'ema' ? 'ema' : 'weight'

/** Names of the arrays that sampling uses. */
export function samplingStateNames(
  system: System,
  config: RunConfig,
  weights: WeightsName = 'ema',
): string[] {
  return system.parameters.map(({ name }) => stateName(samplingKind(config, weights), name))
}

/** The arrays that sampling uses, trained and measured, by name, from a state or from a part of it that contains them. */
export function samplingWeights(state: Values, config: RunConfig, weights: WeightsName = 'ema'): Values {
  const isChosen = weights === 'ema' && Object.keys(state).some((name) => name.startsWith(chosenPrefix))
  const prefixes = [isChosen ? chosenPrefix : stateName(samplingKind(config, weights), ''), measuredPrefix]
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, values]) => {
      const prefix = prefixes.find((each) => name.startsWith(each))
      return prefix === undefined ? [] : [[name.slice(prefix.length), values]]
    }),
  )
}

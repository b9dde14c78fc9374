import type { Tensor } from '@tensorflow/tfjs-core'
import type { Sampling } from '#shared/schemas/sampling.ts'
import type { ProgramSpec, Tensors, Values } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'

/** Names in the state of guided programs: the strength, and the weaker model's parameters. */
export const strengthName = 'guidance'
const guidePrefix = 'guide/'

/** What guides the velocity: a weaker model, or the velocity without a label (Ho and Salimans 2022). */
export type GuideKind = 'model' | 'label'

/** Whether samples are guided by their labels: where there are any, unless a checkpoint is asked for as guide. */
export const guidedByLabel = (
  { labelCount }: System,
  { guidance, guideCheckpoint }: Pick<Sampling, 'guidance' | 'guideCheckpoint'>,
): boolean => guidance !== 1 && labelCount > 0 && guideCheckpoint === null

/** What guides the samples that are asked for; null without guidance. */
export const guideKind = (
  system: System,
  sampling: Pick<Sampling, 'guidance' | 'guideCheckpoint'>,
): GuideKind | null => (sampling.guidance === 1 ? null : guidedByLabel(system, sampling) ? 'label' : 'model')

/** The state that guided programs have besides the weights: the strength, and of a model its velocity's parameters. */
export function guideState(system: System, kind: GuideKind): ProgramSpec['state'] {
  const strength = { [strengthName]: { shape: [], dtype: 'float32' as const } }
  if (kind === 'label') return strength
  return {
    ...strength,
    ...Object.fromEntries(
      velocityParameters(system).map(({ name, shape }) => [
        `${guidePrefix}${name}`,
        { shape, dtype: 'float32' },
      ]),
    ),
  }
}

/** The weaker model's weights as that state; what only encoders use is left out. */
export function guideValues(system: System, weights: Values): Values {
  return Object.fromEntries(
    velocityParameters(system).flatMap(({ name }) => {
      const values = weights[name]
      return values ? [[`${guidePrefix}${name}`, values]] : []
    }),
  )
}

/** The weaker model's parameters out of a guided program's state; null where it is guided by labels. */
export function guideParameters(state: Tensors): Tensors | null {
  const parameters = Object.entries(state).flatMap(([name, tensor]): [string, Tensor][] =>
    name.startsWith(guidePrefix) ? [[name.slice(guidePrefix.length), tensor]] : [],
  )
  return parameters.length > 0 ? Object.fromEntries(parameters) : null
}

function velocityParameters({ parameters, latentParameters }: System): System['parameters'] {
  const others = new Set(latentParameters.map(({ name }) => name))
  return parameters.filter(({ name }) => !others.has(name))
}

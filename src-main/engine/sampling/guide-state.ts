import type { ProgramSpec, Tensors, Values } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'

/** Names in the state of guided programs: the strength, and the weaker model's parameters. */
export const strengthName = 'guidance'
const guidePrefix = 'guide/'

/** The state that guided programs have besides the weights: the strength and a second set of the velocity's parameters. */
export function guideState(system: System): ProgramSpec['state'] {
  return {
    [strengthName]: { shape: [], dtype: 'float32' },
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

/** The weaker model's parameters out of a guided program's state. */
export function guideParameters(state: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, tensor]) =>
      name.startsWith(guidePrefix) ? [[name.slice(guidePrefix.length), tensor]] : [],
    ),
  )
}

function velocityParameters({ parameters, latentParameters }: System): System['parameters'] {
  const others = new Set(latentParameters.map(({ name }) => name))
  return parameters.filter(({ name }) => !others.has(name))
}

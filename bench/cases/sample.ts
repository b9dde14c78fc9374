import type { SolverName } from '#shared/schemas/sampling.ts'
import { Model } from '../../src-main/engine/sampling/sampler.ts'
import { initialValues } from '../../src-main/engine/rng.ts'
import type { BenchCase } from './networks.ts'
import type { Timed } from './step.ts'

/** What is drawn in each call. */
export interface DrawingCase {
  count: number
  solver: SolverName
  steps: number
}

/**
 * The drawing of some pictures from noise exactly as the app draws them, with weights as they are before training: what
 * they are makes no difference to the time.
 */
export function timedSample(
  { config, system, shape }: BenchCase,
  drawing: DrawingCase,
): Timed & { evaluations: () => number } {
  const model = new Model({ system, shape })
  model.setWeights(
    Object.fromEntries(
      model.system.parameters.map((parameter) => [parameter.name, initialValues(parameter, config.seed)]),
    ),
  )
  let evaluations = 0
  return {
    evaluations: () => evaluations,
    time: async (calls) => {
      const begun = performance.now()
      for (let i = 0; i < calls; i++) ({ evaluations } = await model.sample({ ...drawing, seed: i }))
      return (performance.now() - begun) / calls
    },
    dispose: () => model.dispose(),
  }
}

import type { Precision } from '#shared/schemas/run-config.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { Sampler } from '../../src-main/engine/sampling/sampler.ts'
import { initialValues } from '../../src-main/engine/rng.ts'
import type { BenchCase } from './networks.ts'
import type { Timed } from './step.ts'

/** What each call samples. */
export interface SamplingCase {
  count: number
  solver: SolverName
  steps: number
  /** Of the networks' products. */
  precision: Precision
}

/**
 * The sampling of some images from noise exactly as the app samples them, with the initial weights: their values do
 * not change the time.
 */
export function timedSample(
  { config, system, shape }: BenchCase,
  { precision, ...sampling }: SamplingCase,
): Timed & { evaluations: () => number } {
  const sampler = new Sampler({ system, shape, precision })
  sampler.setWeights(
    Object.fromEntries(
      sampler.system.parameters.map((parameter) => [parameter.name, initialValues(parameter, config.seed)]),
    ),
  )
  let evaluations = 0
  return {
    evaluations: () => evaluations,
    time: async (calls) => {
      const begun = performance.now()
      for (let i = 0; i < calls; i++) ({ evaluations } = await sampler.sample({ ...sampling, seed: i }))
      return (performance.now() - begun) / calls
    },
    dispose: () => sampler.dispose(),
  }
}

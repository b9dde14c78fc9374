import type { RunConfig } from '#shared/schemas/run-config.ts'
import { multistepSolver, samplingDefaults } from '#shared/schemas/sampling.ts'
import type { KnownTimeGrid, SamplingOptions } from '#shared/schemas/sampling.ts'

/**
 * The grid that is best for a run's model. Dropout and patches leave images vague, and the errors of the wider grid sharpen
 * them (docs/model.md).
 */
export const timeGridOf = ({
  code,
  dropout,
  patch,
}: Pick<RunConfig, 'code' | 'dropout' | 'patch'>): KnownTimeGrid =>
  code > 0 && dropout === 0 && patch === 1 ? 'narrow' : 'karras'

/** On the grid `narrow` so many steps are as good as more (docs/model.md). */
const narrowSteps = 6

/** The number of steps that images of a run are sampled in where none is given. */
export function defaultStepsOf(
  config: Pick<RunConfig, 'code' | 'dropout' | 'patch'>,
  { solver = samplingDefaults.solver, timeGrid = 'auto' }: Pick<SamplingOptions, 'solver' | 'timeGrid'> = {},
): number {
  const grid = timeGrid === 'auto' ? timeGridOf(config) : timeGrid
  return solver === multistepSolver && grid === 'narrow' ? narrowSteps : samplingDefaults.steps
}

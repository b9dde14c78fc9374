import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import type { Sampler } from './sampler.ts'

/** What is exported. */
export interface ExportPlan {
  sampler: Sampler
  sampling: Sampling
  /** Images that one call generates. */
  count: number
  /** The training step of the weights, and the run's settings. */
  step: number
  config: RunConfig
}

import type { KnownTimeGrid, Sampling } from '#shared/schemas/sampling.ts'
import type { System } from '../model/flow/system.ts'

/** How images are sampled, with all that the model chooses. */
export type KnownSampling = Omit<Sampling, 'timeGrid'> & { timeGrid: KnownTimeGrid }

/** The sampling that is asked for, with the model's own choice of what is left to it. */
export const knownSampling = ({ timeGrid }: Pick<System, 'timeGrid'>, sampling: Sampling): KnownSampling => ({
  ...sampling,
  timeGrid: sampling.timeGrid === 'auto' ? timeGrid : sampling.timeGrid,
})

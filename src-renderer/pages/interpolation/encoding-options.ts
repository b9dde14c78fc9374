import type { Between, Details, EncoderName } from '#shared/sampling-messages.ts'
import { defaultEncoder } from '#shared/encoders.ts'
import { defaultStepsOf } from '#shared/default-sampling.ts'
import { samplingDefaults } from '#shared/schemas/sampling.ts'
import { formatCount } from '#shared/format.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { t } from '../../i18n.ts'

/** What a path and a grid share: how images become latents, how to interpolate, and in how many solver steps. */
export interface EncodingOptions {
  mode: Between
  encoder: EncoderName
  /** What details frames between the images have, where the encoder finds them. */
  details: Details
  /** Seed of the posterior sample, or of the details that frames share. */
  encoderSeed: number
  steps: number
}

export function defaultOptions(run: RunRecord): EncodingOptions {
  const encoder = defaultEncoder(run.config)
  // As many as the run's grids of samples have, unless those are the default and fewer are as good.
  const { sampleSteps } = run.config
  const steps = sampleSteps === samplingDefaults.steps ? defaultStepsOf(run.config) : sampleSteps
  return { mode: 'slerp', encoder, details: 'sampled', encoderSeed: 1, steps }
}

/** The encoding as a request has it. An emptied field holds no number: the seed is 1 then. */
export function encodingOf({ encoder, encoderSeed }: EncodingOptions): {
  encoder: EncoderName
  encoderSeed: number
} {
  return { encoder, encoderSeed: Number.isInteger(encoderSeed) && encoderSeed >= 0 ? encoderSeed : 1 }
}

/** Solver steps that an image may take here. */
export const maxSteps = 1000

export function stepsProblem(steps: number): string | null {
  if (Number.isInteger(steps) && steps >= 1 && steps <= maxSteps) return null
  return t('interpolation.problem.steps', { max: formatCount(maxSteps) })
}

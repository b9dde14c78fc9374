import type { Between, EncoderName } from '#shared/engine-messages.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** What a strip and a grid are both asked: how images become latents, which way between them, and how finely drawn. */
export interface WayOptions {
  mode: Between
  encoder: EncoderName
  /** Which guess, where the encoder takes one at random. */
  encoderSeed: number
  steps: number
}

export function newWayOptions(run: RunRecord): WayOptions {
  const encoder = run.config.posterior ? 'posterior' : 'inversion'
  return { mode: 'slerp', encoder, encoderSeed: 1, steps: run.config.sampleSteps }
}

/** The encoding as it is asked for. A field that was emptied holds no number: then it is the first guess. */
export function encodingOf({ encoder, encoderSeed }: WayOptions): {
  encoder: EncoderName
  encoderSeed: number
} {
  return { encoder, encoderSeed: Number.isInteger(encoderSeed) && encoderSeed >= 0 ? encoderSeed : 1 }
}

export function stepsProblem(steps: number): string | null {
  return !Number.isInteger(steps) || steps < 1 || steps > 1000 ? 'A sampling takes 1 to 1,000 steps.' : null
}

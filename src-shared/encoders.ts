import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EncoderName } from '#shared/sampling-messages.ts'

/** The encoders that a run can use, the one to use first. */
export function encodersOf({ posterior, code }: Pick<RunConfig, 'posterior' | 'code'>): EncoderName[] {
  return [
    // With a code, inversion also finds the details that the code leaves out.
    ...(code > 0 ? (['inversion', 'code'] as const) : []),
    ...(posterior ? (['posterior', 'posterior-sample'] as const) : []),
    ...(code > 0 ? [] : (['inversion'] as const)),
  ]
}

/** The encoder to use where none is asked for. */
export const defaultEncoder = (config: Pick<RunConfig, 'posterior' | 'code'>): EncoderName =>
  encodersOf(config)[0] ?? 'inversion'

/** The encoder that directions between groups of images are found by: only the code changes where there is one. */
export const directionEncoder = (config: Pick<RunConfig, 'posterior' | 'code'>): EncoderName =>
  config.code > 0 ? 'code' : defaultEncoder(config)

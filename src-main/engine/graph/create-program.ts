import { FlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import { createCompiledProgram } from './compiled-program.ts'
import { createEagerProgram } from './eager-program.ts'
import type { Program, ProgramSpec } from './program.ts'

const log = createLogger('graph')

/** `auto` compiles and, where the trace or TensorFlow refuses, logs a warning and runs operation by operation. */
export type ProgramMode = 'auto' | 'eager' | 'compiled'

/**
 * Creates a program with all state zero, which the caller disposes. `iterations` is the maximum number of runs that
 * `runMany` makes in one native call: the feeds and fetches of all of them are held in memory at once. `fused` has XLA compile the whole
 * body, where it can.
 */
export function createProgram(
  spec: ProgramSpec,
  {
    mode = 'auto',
    iterations = 1,
    fused = false,
  }: { mode?: ProgramMode; iterations?: number | undefined; fused?: boolean | undefined } = {},
): Program {
  if (mode === 'eager') return createEagerProgram(spec)
  try {
    return createCompiledProgram(spec, { iterations, fused })
  } catch (thrown) {
    // Any other error is a mistake in the body, which would fail uncompiled as well.
    if (mode === 'compiled' || !(thrown instanceof FlowerbedError && thrown.kind === 'unavailable'))
      throw thrown
    log.warn(`“${spec.name}” runs uncompiled, several times slower:`, thrown)
    return createEagerProgram(spec)
  }
}

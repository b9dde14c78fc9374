import { FlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import { createCompiledProgram } from './compiled-program.ts'
import { createEagerProgram } from './eager-program.ts'
import type { Program, ProgramSpec } from './program.ts'

const log = createLogger('compile')

/** `auto` compiles and, where TensorFlow or the trace refuses, says so once and runs operation by operation. */
export type ProgramMode = 'auto' | 'eager' | 'compiled'

/**
 * A program ready to run, its state all zero. The caller disposes it. `iterations` is how many runs `runMany` makes in
 * one native call at most: what they are fed and answer is all held at once.
 */
export function createProgram(
  spec: ProgramSpec,
  { mode = 'auto', iterations = 1 }: { mode?: ProgramMode; iterations?: number | undefined } = {},
): Program {
  if (mode === 'eager') return createEagerProgram(spec)
  try {
    return createCompiledProgram(spec, { iterations })
  } catch (thrown) {
    // What is wrong with the body itself would be as wrong without compiling.
    if (mode === 'compiled' || !(thrown instanceof FlowerbedError && thrown.kind === 'unavailable'))
      throw thrown
    log.warn(`“${spec.name}” runs uncompiled, several times slower:`, thrown)
    return createEagerProgram(spec)
  }
}

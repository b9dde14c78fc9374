import type { Binding } from './backend.ts'
import { withNativeConvolutions } from './native-convolutions.ts'
import type { ProgramSpec } from './program.ts'
import type { Trace } from './trace.ts'

/** What a trace becomes for the device at hand, before it is written as a graph. */
export function lowered(spec: ProgramSpec, trace: Trace, binding: Binding): Trace {
  const { kernels } = binding
  if (!kernels) return trace
  return withNativeConvolutions(spec, trace, { binding, bf16: process.env['BF'] === '1' && kernels.bf16 })
}

import type { Precision } from '#shared/schemas/run-config.ts'
import { nodeBackend } from '../../backend/tfjs.ts'
import type { Binding } from '../../backend/tfjs.ts'
import { withHalfPrecision } from './half-precision.ts'
import { withNativeConvolutions } from './native-convolutions.ts'
import type { ProgramSpec } from '../program.ts'
import type { Trace } from '../trace.ts'

/** What a trace becomes for the device at hand, before it is written as a graph. */
export function lower(spec: ProgramSpec, trace: Trace, binding: Binding): Trace {
  const { kernels } = binding
  const { precision = 'fp32' } = spec
  // Our own convolutions round while they read, which saves the passes over memory.
  const bf16 = precision === 'bf16' && kernels?.bf16 === true
  const rounded =
    precision === 'fp32' || bf16 ? trace : withHalfPrecision(spec, trace, { binding, precision })
  return kernels ? withNativeConvolutions(spec, rounded, { binding, bf16 }) : rounded
}

/** A precision as asked for; `auto` is what the device may be quicker in, which a run times (`train/precision-choice.ts`). */
export const precisionHere = (wanted: Precision | 'auto'): Precision =>
  wanted === 'auto' ? (nodeBackend().binding.fastPrecision ?? 'fp32') : wanted

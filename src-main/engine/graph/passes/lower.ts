import type { Precision } from '#shared/schemas/run-config.ts'
import { nodeBackend } from '../../backend/tfjs.ts'
import type { Binding } from '../../backend/tfjs.ts'
import { applyHalfPrecision } from './half-precision.ts'
import { fuseNormalizations } from './fused-normalization.ts'
import { replaceConvolutions } from './native-convolutions.ts'
import type { ProgramSpec } from '../program.ts'
import type { Trace } from '../trace.ts'

/**
 * Lowers a trace to the device: matrix products in the program's precision and convolutions as kernels. Abstract
 * operations have been replaced while the trace was recorded (`lower-ops.ts`).
 */
export function lower(
  spec: ProgramSpec,
  trace: Trace,
  { binding, fused, portable = false }: { binding: Binding; fused: boolean; portable?: boolean },
): Trace {
  // XLA compiles TensorFlow's operations only.
  const kernels = fused || portable ? undefined : binding.kernels
  const { precision = 'fp32', fastConvolutions: fast = false } = spec
  // The kernels round while they read, which saves passes over memory.
  const bf16 = precision === 'bf16' && kernels?.bf16 === true
  const rounded =
    precision === 'fp32' || bf16 ? trace : applyHalfPrecision(spec, trace, { binding, precision })
  if (!kernels) return rounded
  const replaced = replaceConvolutions(spec, rounded, { binding, bf16, fast })
  return fast ? fuseNormalizations(spec, replaced) : replaced
}

/** Resolves `auto` to the precision in which this device may be faster, which a run times (`training/precision-choice.ts`). */
export const resolvePrecision = (precision: Precision | 'auto'): Precision =>
  precision === 'auto' ? (nodeBackend().binding.fastPrecision ?? 'fp32') : precision

/** The precision to sample in: that of training, where this device is faster in it, else fp32. */
export const samplingPrecision = ({ precision }: { precision?: Precision | undefined }): Precision =>
  precision !== undefined && precision === resolvePrecision('auto') ? precision : 'fp32'

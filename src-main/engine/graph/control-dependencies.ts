import type { Tensor } from '@tensorflow/tfjs-core'
import { defineOp } from '../model/abstract-ops.ts'

/** Stands in a trace for `withControlDependencies`; written as an Identity with control inputs. */
export const controlledIdentityNode = '@ControlledIdentity'

/**
 * x, which a compiled program computes only after all `dependencies`: what is computed from it is computed later and its
 * memory is allocated later. Uncompiled operations run in the order of their calls anyway. Has no gradient.
 */
export const withControlDependencies = defineOp<<T extends Tensor>(x: T, dependencies: Tensor[]) => T>(
  (x) => x,
)

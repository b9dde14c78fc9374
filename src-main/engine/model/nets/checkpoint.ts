import type { Tensor } from '@tensorflow/tfjs-core'
import { defineOp } from '../abstract-ops.ts'

/**
 * f(inputs), whose intermediate values need not be kept for the gradient: gradient checkpointing (Chen et al. 2016,
 * “Training deep nets with sublinear memory cost”). `f` must take everything that its gradient is to reach from `inputs`.
 */
export const checkpoint = defineOp((f: (inputs: Tensor[]) => Tensor, inputs: Tensor[]): Tensor => f(inputs))

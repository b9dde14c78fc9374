import type { Tensor } from '@tensorflow/tfjs-core'
import { runNativeOp } from '../backend/native-op.ts'

/** Stands in a trace for `allReduce`; written as TensorFlow's collective operation. */
export const allReduceNode = '@AllReduce'

/**
 * The sum of x over all replicas of a program (`cluster/replicated-program.ts`), the same bits on each of them. All replicas
 * must call it equally often, in the same order and with the same shapes. Only in a trace; has no gradient.
 */
export const allReduce = <T extends Tensor>(x: T): T => runNativeOp(allReduceNode, {}, [x]) as T

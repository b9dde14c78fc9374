import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** The part of tfjs-node's backend that runs an operation by TensorFlow's name. */
interface NodeBackend {
  binding: { tracing?: true } & Record<
    'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_INT32' | 'TF_FLOAT' | 'TF_UINT8',
    number
  >
  executeSingleOutput: (
    name: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: Tensor[],
  ) => Tensor
}

/**
 * One of TensorFlow's operations that tfjs has no name for; may be traced, and has no gradient of its own.
 * `attributes` are types and whole numbers.
 */
export function nativeOp(
  op: string,
  attributes: Record<string, 'float32' | 'int32' | 'uint8' | number>,
  inputs: Tensor[],
): Tensor {
  const backend = tf.backend() as unknown as NodeBackend
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_INT32, TF_FLOAT, TF_UINT8 } = backend.binding
  const types = { float32: TF_FLOAT, int32: TF_INT32, uint8: TF_UINT8 }
  const given = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? { name, type: TF_ATTR_INT, value }
      : { name, type: TF_ATTR_TYPE, value: types[value] },
  )
  return backend.executeSingleOutput(op, given, inputs)
}

/** Stands in a trace for a value that is to wait. */
export const afterNode = '@After'

/**
 * x, but in a compiled program there only once all of `others` are: what is computed from it comes later than they do,
 * and so does the memory it takes. Operation by operation everything comes in the order it is asked for anyway. Has no
 * gradient.
 */
export function after<T extends Tensor>(x: T, others: Tensor[]): T {
  const backend = tf.backend() as unknown as NodeBackend
  if (others.length === 0 || !backend.binding.tracing) return x
  return backend.executeSingleOutput(afterNode, [], [x, ...others]) as T
}

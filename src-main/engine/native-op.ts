import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** The part of tfjs-node's backend that runs an operation by TensorFlow's name. */
interface NodeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_INT32' | 'TF_FLOAT', number>
  executeSingleOutput: (
    name: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: Tensor[],
  ) => Tensor
}

/**
 * One of TensorFlow's operations that tfjs has no name for; may be traced, and has no gradient of its own.
 * `types` are its attributes, all of which name a type.
 */
export function nativeOp(op: string, types: Record<string, 'float32' | 'int32'>, inputs: Tensor[]): Tensor {
  const backend = tf.backend() as unknown as NodeBackend
  const { TF_ATTR_TYPE, TF_INT32, TF_FLOAT } = backend.binding
  const attributes = Object.entries(types).map(([name, type]) => ({
    name,
    type: TF_ATTR_TYPE,
    value: type === 'float32' ? TF_FLOAT : TF_INT32,
  }))
  return backend.executeSingleOutput(op, attributes, inputs)
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** The part of tfjs-node's backend that runs an operation by TensorFlow's name. */
interface NodeBackend {
  binding: { tracing?: true; kernels?: unknown } & Record<
    'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_BOOL' | 'TF_INT32' | 'TF_FLOAT' | 'TF_UINT8',
    number
  >
  executeSingleOutput: (name: string, attributes: Attribute[], inputs: Tensor[]) => Tensor
  executeMultipleOutputs: (
    ...call: [name: string, attributes: Attribute[], inputs: Tensor[], outputs: number]
  ) => Tensor[]
}

interface Attribute {
  name: string
  type: number
  value: number | boolean
}

/** An operation's attributes: types, whole numbers and flags. */
type Attributes = Record<string, 'float32' | 'int32' | 'uint8' | number | boolean>

const nodeBackend = () => tf.backend() as unknown as NodeBackend

/** Whether what is being traced may use operations of our own (`engine/kernels`). */
export function hasKernels(): boolean {
  const { tracing, kernels } = nodeBackend().binding
  return tracing === true && kernels !== undefined
}

/** One of TensorFlow's operations that tfjs has no name for; may be traced, and has no gradient of its own. */
export function nativeOp(op: string, attributes: Attributes, inputs: Tensor[]): Tensor {
  return nodeBackend().executeSingleOutput(op, given(attributes), inputs)
}

/** The same for an operation with several answers. */
export function nativeOps(
  op: string,
  attributes: Attributes,
  { inputs, outputs }: { inputs: Tensor[]; outputs: number },
): Tensor[] {
  return nodeBackend().executeMultipleOutputs(op, given(attributes), inputs, outputs)
}

function given(attributes: Attributes): Attribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_BOOL, TF_INT32, TF_FLOAT, TF_UINT8 } = nodeBackend().binding
  const types = { float32: TF_FLOAT, int32: TF_INT32, uint8: TF_UINT8 }
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, type: TF_ATTR_INT, value }
    if (typeof value === 'boolean') return { name, type: TF_ATTR_BOOL, value }
    return { name, type: TF_ATTR_TYPE, value: types[value] }
  })
}

/** Stands in a trace for a value that is to wait. */
export const afterNode = '@After'

/**
 * x, but in a compiled program there only once all of `others` are: what is computed from it comes later than they do,
 * and so does the memory it takes. Operation by operation everything comes in the order it is asked for anyway. Has no
 * gradient.
 */
export function after<T extends Tensor>(x: T, others: Tensor[]): T {
  const backend = nodeBackend()
  if (others.length === 0 || !backend.binding.tracing) return x
  return backend.executeSingleOutput(afterNode, [], [x, ...others]) as T
}

import type { Tensor } from '@tensorflow/tfjs-core'
import { nodeBackend } from './tfjs.ts'
import type { OpAttribute } from './tfjs.ts'

/** An operation's attributes: types, integers and flags. */
type Attributes = Record<string, 'float32' | 'int32' | 'uint8' | number | boolean>

/** Runs (or traces) an operation by TensorFlow's name, also one that tfjs does not have; it has no gradient. */
export function runNativeOp(op: string, attributes: Attributes, inputs: Tensor[]): Tensor {
  return nodeBackend().executeSingleOutput(op, toOpAttributes(attributes), inputs)
}

/** As `runNativeOp`, for an operation with several outputs. */
export function runNativeOps(
  op: string,
  attributes: Attributes,
  { inputs, outputs }: { inputs: Tensor[]; outputs: number },
): Tensor[] {
  return nodeBackend().executeMultipleOutputs(op, toOpAttributes(attributes), inputs, outputs)
}

function toOpAttributes(attributes: Attributes): OpAttribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_BOOL, TF_INT32, TF_FLOAT, TF_UINT8 } = nodeBackend().binding
  const types = { float32: TF_FLOAT, int32: TF_INT32, uint8: TF_UINT8 }
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, type: TF_ATTR_INT, value }
    if (typeof value === 'boolean') return { name, type: TF_ATTR_BOOL, value }
    return { name, type: TF_ATTR_TYPE, value: types[value] }
  })
}

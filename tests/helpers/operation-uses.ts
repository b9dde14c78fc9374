import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { nodeBackend } from '../../src-main/engine/backend/tfjs.ts'
import type { OpAttribute } from '../../src-main/engine/backend/tfjs.ts'

/** One use of an operation: the shapes of its inputs, and the call. */
export interface Use {
  shapes: number[][]
  call: (op: string, inputs: Tensor[]) => Tensor | Tensor[]
}
/** The values that an operation is tested with. */
export type Range = 'any' | 'positive' | 'odd'

export const side = fc.integer({ min: 1, max: 4 })
export const shape = (minLength = 0, maxLength = 4) => fc.array(side, { minLength, maxLength })

/** Runs one of TensorFlow's operations by name; strings that name types become types. */
export function runOp(
  op: string,
  attributes: Record<string, unknown>,
  inputs: Tensor[],
  outputs = 1,
): Tensor[] {
  const { binding: b, executeMultipleOutputs } = nodeBackend()
  const types: Record<string, number> = { float32: b.TF_FLOAT, int32: b.TF_INT32, bool: b.TF_BOOL }
  const list = Object.entries(attributes).map(([name, value]): OpAttribute => {
    if (typeof value === 'string' && value in types)
      return { name, type: b.TF_ATTR_TYPE, value: types[value] }
    if (typeof value === 'string') return { name, type: b.TF_ATTR_STRING, value }
    if (typeof value === 'boolean') return { name, type: b.TF_ATTR_BOOL, value }
    return { name, type: name === 'alpha' ? b.TF_ATTR_FLOAT : b.TF_ATTR_INT, value }
  })
  return executeMultipleOutputs.call(nodeBackend(), op, list, inputs, outputs)
}
/** The type attribute of an operation on float32. */
export const T = { T: 'float32' }
export const ints = (values: number[]) => tf.tensor1d(values, 'int32')

/** The use of each operation by its name. */
export const uses = new Map<string, { use: fc.Arbitrary<Use>; range: Range }>()
/** Declares the use of operations, named in one string. */
export const add = (ops: string, use: fc.Arbitrary<Use>, range: Range = 'any') => {
  for (const op of ops.split(' ')) uses.set(op, { use, range })
}

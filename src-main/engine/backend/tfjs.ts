/* eslint-disable max-params -- the signatures are tfjs-node's */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Precision } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** An attribute of a TensorFlow operation as tfjs-node passes it. */
export interface OpAttribute {
  name: string
  type: number
  value: unknown
}

/** A tensor in TensorFlow's memory. */
export interface TensorHandle {
  id: number
  shape: number[]
  dtype: number
}

/** Flowerbed's kernels (`src-main/native/kernels`), where they are registered with TensorFlow. */
export interface Kernels {
  instructions: 'avx2' | 'avx512'
  /** Whether they can multiply numbers rounded to bfloat16. */
  bf16: boolean
}

/** The native binding of tfjs-node, as far as tracing needs it. */
export interface Binding {
  TF_Version: string
  /** Set where programs run on the processor. */
  kernels?: Kernels | undefined
  /** The precision in which matrix products may be faster than in fp32; fp32 where none is. */
  fastPrecision?: Precision
  /** Whether XLA compiles the steps of long runs on this device. */
  fuses?: boolean
  TF_FLOAT: number
  TF_INT32: number
  TF_UINT8: number
  TF_BOOL: number
  TF_ATTR_TYPE: number
  TF_ATTR_INT: number
  TF_ATTR_FLOAT: number
  TF_ATTR_BOOL: number
  TF_ATTR_STRING: number
  createTensor: (shape: number[], dtype: number, values: ArrayLike<number>) => number
  deleteTensor: (id: number) => void
  tensorDataSync: (id: number) => unknown
  executeOp: (op: string, attributes: OpAttribute[], inputs: number[], outputs: number) => TensorHandle[]
  runSavedModel: (id: number, tensors: number[], inputs: string, outputs: string) => TensorHandle[]
}

/** tfjs-node's backend, as far as tracing needs it. */
export interface NodeBackend {
  binding: Binding
  isUsingGpuDevice: boolean
  getInputTensorIds: (tensors: Tensor[]) => number[]
  createOutputTensor: (handle: TensorHandle) => Tensor
  executeSingleOutput: (op: string, attributes: OpAttribute[], inputs: Tensor[]) => Tensor
  executeMultipleOutputs: (
    op: string,
    attributes: OpAttribute[],
    inputs: Tensor[],
    outputs: number,
  ) => Tensor[]
  loadSavedModelMetaGraph: (folder: string, tags: string) => number
  runSavedModel: (id: number, inputs: Tensor[], names: { name: string }[], outputs: string[]) => Tensor[]
  deleteSavedModel: (id: number) => void
}

/** The backend in use; TensorFlow must have been loaded. Only this function reads `tf.backend()`. */
export function nodeBackend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend
}

/**
 * The kind of an attribute's value in a graph.
 * @throws FlowerbedError `unavailable` for a kind that graphs are not written with
 */
export function attributeKind(
  binding: Binding,
  op: string,
  { name, type, value }: OpAttribute,
): 'type' | 'float' | 'flag' | 'text' | 'integer' | 'integers' {
  if (type === binding.TF_ATTR_TYPE) return 'type'
  if (type === binding.TF_ATTR_FLOAT) return 'float'
  if (type === binding.TF_ATTR_BOOL) return 'flag'
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return 'text'
  if (type === binding.TF_ATTR_INT) return Array.isArray(value) ? 'integers' : 'integer'
  throw new FlowerbedError('unavailable', errorText('graph.attributeUnknown', { operation: op, name }))
}

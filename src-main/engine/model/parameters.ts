import type { Tensor } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** A trainable array by name: its shape and its initial values. */
export interface ParameterSpec {
  name: string
  shape: number[]
  /** `uniform`: U(−bound, bound), `constant`: one value everywhere. */
  init: { kind: 'uniform'; bound: number } | { kind: 'constant'; value: number }
  /** A matrix between hidden values, which Muon may update as one (`training/orthogonal-updates.ts`). */
  isHidden?: true
}

/** Parameters by name, in TensorFlow's layouts (convolution weights HWIO, dense weights [in, out]). */
export type Parameters = Record<string, Tensor>

/** @throws FlowerbedError `internal` when there is no parameter of that name */
export function getParameter(parameters: Parameters, name: string): Tensor {
  const parameter = parameters[name]
  if (!parameter) throw new FlowerbedError('internal', errorText('network.parameterMissing', { name }))
  return parameter
}

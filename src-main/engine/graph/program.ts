import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Precision } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { types } from './analysis/shapes.ts'

/**
 * Static shape and type of a tensor. Bytes (`uint8`) are input only: they are not read back, and a body may only gather
 * from them (`data/pixels.ts`).
 */
export interface TensorSpec {
  shape: number[]
  dtype: 'float32' | 'int32' | 'uint8'
}

export type Tensors = Record<string, Tensor>
/** What a program returns: flat arrays by name. */
export type Values = Record<string, Float32Array | Int32Array>
/** What a program takes: flat arrays by name. */
export type InputValues = Record<string, Float32Array | Int32Array | Uint8Array>

/**
 * A computation over state that persists between calls (weights, moments, averages): the unit that is run eagerly or
 * compiled into one native call. `body` is pure: it takes state and feeds and returns what to fetch and the state's next
 * values (a name without one keeps its value). It may run only once, to be traced, so no JavaScript branch may depend on
 * a tensor's value, and randomness must come from `engine/rng.ts` with a fed seed.
 */
export interface ProgramSpec {
  name: string
  state: Record<string, TensorSpec>
  feeds: Record<string, TensorSpec>
  /** Precision of convolutions and matrix products of the compiled program; fp32 by default. */
  precision?: Precision
  /** Products of what depends on these states stay in fp32. */
  exact?: string[]
  /**
   * Computes convolutions of 3 × 3 by fewer products where the kernels can (Winograd): the relative error is some 10⁻⁶ instead of
   * 10⁻⁷ in fp32, and 1.5 times that of bf16. Not by default, since gradients of their results would be those of the exact ones.
   */
  fastConvolutions?: boolean
  body: (state: Tensors, feeds: Tensors) => { fetches: Tensors; next: Tensors }
}

/** Holds the state in the device's memory until `dispose`. */
export interface Program {
  readonly mode: 'eager' | 'compiled'
  /** Whether XLA's kernels compute it: not where XLA cannot compile it, which its first run shows. */
  readonly isFused?: boolean
  /** One call. Feeds must be complete and of the declared sizes; returns each fetch as a flat array. */
  run: (feeds: InputValues) => Values
  /**
   * One run for each of `feeds`, in order and in as few native calls as the program allows; fetches and state are those
   * of `run`. When a run fails, the runs before it have replaced the state.
   */
  runMany: (feeds: InputValues[]) => Values[]
  /** Copies the state, all of it but bytes, or the named entries. */
  read: (names?: string[]) => Values
  /** Replaces the named state. Before the first write all state but bytes is zero. */
  write: (values: InputValues) => void
  dispose: () => void
}

/** The state that a program can read back: all of it but bytes. */
export const getReadableState = (spec: ProgramSpec): ProgramSpec['state'] =>
  Object.fromEntries(Object.entries(spec.state).filter(([, { dtype }]) => dtype !== 'uint8'))

/** The given names, by default all that can be read; @throws FlowerbedError `internal` for an unknown name. */
export function stateNames(spec: ProgramSpec, names = Object.keys(getReadableState(spec))): string[] {
  for (const name of names) {
    if (!spec.state[name])
      throw new FlowerbedError('internal', errorText('graph.noState', { program: spec.name, name }))
  }
  return names
}

/** @throws FlowerbedError `internal` when a feed is missing or of the wrong size */
export function checkFeeds(spec: ProgramSpec, feeds: InputValues): void {
  for (const [name, { shape }] of Object.entries(spec.feeds)) {
    const size = tf.util.sizeFromShape(shape)
    if (feeds[name]?.length !== size) {
      throw new FlowerbedError(
        'internal',
        errorText('graph.feedSize', { program: spec.name, size, name, given: feeds[name]?.length ?? 'none' }),
      )
    }
  }
}

/** @throws FlowerbedError `internal` when values of the state have a wrong size */
export function checkStateSizes(spec: ProgramSpec, values: InputValues): void {
  for (const [name, { length }] of Object.entries(values)) {
    const size = tf.util.sizeFromShape(spec.state[name]?.shape ?? [])
    if (length !== size) {
      throw new FlowerbedError(
        'internal',
        errorText('graph.stateSize', { program: spec.name, size, name, given: length }),
      )
    }
  }
}

/** Flat values as a tensor. */
export function toTensor({ shape, dtype }: TensorSpec, values: InputValues[string]): Tensor {
  if (dtype !== 'uint8') return tf.tensor(values, shape, dtype)
  // tfjs has no uint8; it treats the handle as int32.
  const backend = nodeBackend()
  const id = backend.binding.createTensor(shape, types.uint8, values)
  return backend.createOutputTensor({ id, shape, dtype: types.uint8 })
}

/** Concatenates flat values. */
export function concat<T extends InputValues[string]>(parts: T[]): T | Float32Array {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first ?? new Float32Array()
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const all = new (first.constructor as new (length: number) => T)(length)
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

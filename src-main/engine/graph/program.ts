import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Precision } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { types } from './analysis/shapes.ts'

/**
 * Shape and type of a tensor that is known before any value is. Bytes (`uint8`) only go in: they are not read back, and
 * a body may only look them up (`data/pixels.ts`).
 */
export interface TensorSpec {
  shape: number[]
  dtype: 'float32' | 'int32' | 'uint8'
}

export type Tensors = Record<string, Tensor>
/** What comes out of a program. */
export type Values = Record<string, Float32Array | Int32Array>
/** What goes into it. */
export type Given = Record<string, Float32Array | Int32Array | Uint8Array>

/**
 * A computation over state that lives across calls (weights, moments, averages): the unit that is run eagerly or
 * compiled into one native call. `body` is pure: it reads state and feeds and answers what to fetch and the state's
 * next values (names left out keep theirs). It may run once to be traced, so no JavaScript branch may depend on a
 * tensor's value, and randomness must come from `engine/random.ts` with a fed seed.
 */
export interface ProgramSpec {
  name: string
  state: Record<string, TensorSpec>
  feeds: Record<string, TensorSpec>
  /** In what convolutions and matrix products are computed where the program is compiled; fp32 unless said. */
  precision?: Precision
  body: (state: Tensors, feeds: Tensors) => { fetches: Tensors; next: Tensors }
}

/** Owns the state's memory on the device until `dispose`. */
export interface Program {
  readonly mode: 'eager' | 'compiled'
  /** One call. Feeds must be complete and of the declared sizes; answers each fetch as a flat array. */
  run: (feeds: Given) => Values
  /**
   * A run for each of `feeds`, one after the other, in as few native calls as the program was made for: what each
   * answers and leaves as state is what `run` would. When one fails, those before it have replaced the state.
   */
  runMany: (feeds: Given[]) => Values[]
  /** Copies state out, all of it but bytes, or the named entries. */
  read: (names?: string[]) => Values
  /** Replaces state; names left out keep their values. State but bytes is zero before the first write. */
  write: (values: Given) => void
  dispose: () => void
}

/** The state that a program can give back: all of it but bytes. */
export const readableState = (spec: ProgramSpec): ProgramSpec['state'] =>
  Object.fromEntries(Object.entries(spec.state).filter(([, { dtype }]) => dtype !== 'uint8'))

/** The given names, all that can be read by default; @throws FlowerbedError `internal` for one the program does not have. */
export function stateNames(spec: ProgramSpec, names = Object.keys(readableState(spec))): string[] {
  for (const name of names) {
    if (!spec.state[name])
      throw new FlowerbedError('internal', `Program “${spec.name}” has no state “${name}”.`)
  }
  return names
}

/** @throws FlowerbedError `internal` when a feed is missing or of the wrong size */
export function checkFeeds(spec: ProgramSpec, feeds: Given): void {
  for (const [name, { shape }] of Object.entries(spec.feeds)) {
    const size = tf.util.sizeFromShape(shape)
    if (feeds[name]?.length !== size) {
      throw new FlowerbedError(
        'internal',
        `Program “${spec.name}” needs ${size} numbers as “${name}”, it was given ${feeds[name]?.length ?? 'none'}.`,
      )
    }
  }
}

/** @throws FlowerbedError `internal` when values for the state are not of its sizes */
export function checkSizes(spec: ProgramSpec, values: Given): void {
  for (const [name, { length }] of Object.entries(values)) {
    const size = tf.util.sizeFromShape(spec.state[name]?.shape ?? [])
    if (length !== size) {
      throw new FlowerbedError(
        'internal',
        `Program “${spec.name}” keeps ${size} numbers as “${name}”, it was given ${length}.`,
      )
    }
  }
}

/** Flat values as a tensor. */
export function toTensor({ shape, dtype }: TensorSpec, values: Given[string]): Tensor {
  if (dtype !== 'uint8') return tf.tensor(values, shape, dtype)
  // tfjs has no such type; it takes the handle for one of int32.
  const backend = nodeBackend()
  const id = backend.binding.createTensor(shape, types.uint8, values)
  return backend.createOutputTensor({ id, shape, dtype: types.uint8 })
}

/** Flat values one after the other. */
export function concat<T extends Given[string]>(parts: T[]): T | Float32Array {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first ?? new Float32Array()
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const all = new (first.constructor as new (length: number) => T)(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

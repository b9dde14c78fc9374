import type { Tensor } from '@tensorflow/tfjs-core'

/** Shape and type of a tensor that is known before any value is. */
export interface TensorSpec {
  shape: number[]
  dtype: 'float32' | 'int32'
}

export type Tensors = Record<string, Tensor>
export type Values = Record<string, Float32Array | Int32Array>

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
  body: (state: Tensors, feeds: Tensors) => { fetches: Tensors; next: Tensors }
}

/** Owns the state's memory on the device until `dispose`. */
export interface Program {
  readonly mode: 'eager' | 'compiled'
  /** One call. Feeds must be complete and of the declared sizes; answers each fetch as a flat array. */
  run: (feeds: Values) => Values
  /** Copies state out, all of it or the named entries. */
  read: (names?: string[]) => Values
  /** Replaces state; names left out keep their values. State is zero before the first write. */
  write: (values: Values) => void
  dispose: () => void
}

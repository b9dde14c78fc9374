import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ParameterSpec } from './model/parameters.ts'
import { runNativeOp } from './backend/native-op.ts'

/**
 * All randomness of a run as a pure function of (seed, step, purpose): there is no generator state, so a
 * resumed run gets the numbers of an uninterrupted one. A purpose's index is part of its seed: new ones go last.
 */
const purposes = [
  'noise',
  'time',
  'sample',
  'order',
  'flip',
  'weights',
  'split',
  'validation noise',
  'validation time',
  'posterior',
  'vertical flip',
  'turn',
  'shift',
  'jitter',
  'code',
  'sample code',
  'validation code',
  'dropout',
  'label dropout',
  'coupling blocks',
  'coupling block',
  'potentials',
] as const
export type Purpose = (typeof purposes)[number]

/** 32-bit mixing function with full avalanche (lowbias32 by Wellons). */
function mix(value: number): number {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** Two 32-bit words that stand for (seed, step, purpose), as stateless TensorFlow ops take them. */
export function seedWords(seed: number, step: number, purpose: Purpose): Int32Array {
  const salt = mix(purposes.indexOf(purpose) + 1)
  const low = mix(step ^ salt)
  const high = mix(mix(seed) ^ Math.floor(step / 2 ** 32) ^ salt)
  return Int32Array.of(high | 0, low | 0)
}

/** Uniform numbers in [0, 1) for (seed, step, purpose): a counter through the mixing function. */
export function uniformStream(seed: number, step: number, purpose: Purpose): () => number {
  const [high = 0, low = 0] = seedWords(seed, step, purpose)
  let counter = 0
  return () => mix(mix(low ^ counter++) ^ high) / 2 ** 32
}

/** A random permutation of 0 … count − 1 for each (seed, epoch). */
export const permutation = (count: number, seed: number, epoch: number): Uint32Array =>
  shuffled(count, uniformStream(seed, epoch, 'order'))

/** A random permutation of 0 … count − 1 from uniform numbers (Fisher & Yates). */
export function shuffled(count: number, uniform: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  return order
}

/** A parameter's initial values, which depend on its name and the seed alone. */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const size = tf.util.sizeFromShape(spec.shape)
  const { init } = spec
  if (init.kind === 'constant') return new Float32Array(size).fill(init.value)
  let hash = 0
  for (const character of spec.name) hash = mix(hash ^ (character.codePointAt(0) ?? 0))
  const uniform = uniformStream(seed, hash, 'weights')
  return Float32Array.from({ length: size }, () => (2 * uniform() - 1) * init.bound)
}

/** Standard normal noise of a shape from fed seed words (int32 `[2]`); may be traced. */
export function statelessNormal<T extends Tensor>(shape: number[], words: Tensor): T {
  return stateless('StatelessRandomNormal', shape, words) as T
}

/** Uniform noise in [0, 1) of a shape from fed seed words (int32 `[2]`); may be traced. */
export function statelessUniform<T extends Tensor>(shape: number[], words: Tensor): T {
  return stateless('StatelessRandomUniform', shape, words) as T
}

/** Uniform noise of many streams from fed seed words (int32 `[2]`), for one of several batches of a step; may be traced. */
export const noiseStreams =
  (words: Tensor, batch: number) =>
  (stream: number, shape: number[]): Tensor =>
    statelessUniform(shape, words.add(tf.tensor1d([batch, stream], 'int32')))

function stateless(op: string, shape: number[], words: Tensor): Tensor {
  const types = { T: 'int32', Tseed: 'int32', dtype: 'float32' } as const
  return tf.tidy(() => runNativeOp(op, types, [tf.tensor1d(shape, 'int32'), words]))
}

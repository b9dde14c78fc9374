import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { ProgramSpec, TensorSpec } from '../graph/program.ts'
import { sampleFrom } from '../model/flow/prior.ts'
import type { System } from '../model/flow/system.ts'

/** What all programs of a chunk size share: the weights as state, images `x` as a feed. */
export type ProgramBase = Pick<ProgramSpec, 'state'> & { feeds: { x: TensorSpec } }

export function programBase(options: { system: System; shape: ImageShape; count: number }): ProgramBase {
  const { system, shape, count } = options
  const { height, width, channels } = shape
  return {
    state: Object.fromEntries(
      system.parameters.map(({ name, shape: of }) => [name, { shape: of, dtype: 'float32' }]),
    ),
    feeds: { x: { shape: [count, height, width, channels], dtype: 'float32' } },
  }
}

/** Standard normal noise → latents of p(z). */
export function latentProgram(system: System, { state, feeds }: ProgramBase): ProgramSpec {
  return {
    name: 'latent',
    state,
    feeds: { ...feeds, temperature: { shape: [], dtype: 'float32' } },
    body: (weights, { x, temperature }) => ({
      fetches: { x: system.latent(weights, x as Tensor4D, temperature) },
      next: {},
    }),
  }
}

/** Images → latents of q(z|x): its mean, or with `sampled` a sample of it by the noise `eps`. */
export function encodeProgram(
  { posterior }: System,
  { state, feeds, sampled }: ProgramBase & { sampled: boolean },
): ProgramSpec {
  return {
    name: 'encode',
    state,
    feeds: sampled ? { ...feeds, eps: feeds.x } : feeds,
    body: (weights, { x, eps }) => {
      const q = posterior?.(weights, x as Tensor4D)
      const z = q && eps ? sampleFrom(q, eps as Tensor4D) : q?.mean
      return { fetches: { x: z ?? (x as Tensor4D) }, next: {} }
    },
  }
}

import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { ProgramSpec, TensorSpec } from '../graph/program.ts'
import { codeNoiseSize, codeTableNames, codeTableShapes, codesFromNoise } from '../model/flow/code-prior.ts'
import { sampleFrom } from '../model/flow/prior.ts'
import type { System } from '../model/flow/system.ts'
import { guideState } from './guide-state.ts'
import type { GuideKind } from './guide-state.ts'

/** What all programs of a chunk size share: the weights as state, images `x`, codes and labels as feeds. */
export type ProgramBase = Required<Pick<ProgramSpec, 'state' | 'precision' | 'fastConvolutions'>> & {
  feeds: { x: TensorSpec; code?: TensorSpec; label?: TensorSpec }
}

export function programBase(options: {
  system: System
  shape: ImageShape
  count: number
  precision?: Precision
  /** What guides the velocity. */
  guide?: GuideKind | null
}): ProgramBase {
  const { system, shape, count, precision = 'fp32', guide = null } = options
  const { height, width, channels } = shape
  return {
    precision,
    fastConvolutions: true,
    state: {
      ...Object.fromEntries(
        system.parameters.map(({ name, shape: of }) => [name, { shape: of, dtype: 'float32' as const }]),
      ),
      ...(guide ? guideState(system, guide) : {}),
    },
    feeds: {
      x: { shape: [count, height, width, channels], dtype: 'float32' },
      ...(system.codeSize > 0 ? { code: { shape: [count, system.codeSize], dtype: 'float32' } } : {}),
      ...(system.labelCount > 0 ? { label: { shape: [count], dtype: 'float32' } } : {}),
    },
  }
}

/** The state of programs that do not evaluate the velocity: each array more delays every write of the weights. */
const latentState = ({ latentParameters }: System): ProgramSpec['state'] =>
  Object.fromEntries(latentParameters.map(({ name, shape }) => [name, { shape, dtype: 'float32' as const }]))

/** Standard normal noise → latents of p(z). */
export function latentProgram(system: System, { feeds }: ProgramBase): ProgramSpec {
  return {
    name: 'latent',
    state: latentState(system),
    feeds: { x: feeds.x, temperature: { shape: [], dtype: 'float32' } },
    body: (weights, { x, temperature }) => ({
      fetches: { x: system.latent(weights, x as Tensor4D, temperature) },
      next: {},
    }),
  }
}

/** Standard normal noise `[count, codeSize + 1]` → codes of p(c), or with `ranged` of some rows of its table only. */
export function codeProgram({ codeSize }: System, count: number, { ranged = false } = {}): ProgramSpec {
  const shapes = Object.entries(codeTableShapes(codeSize))
  return {
    name: 'code',
    state: Object.fromEntries(shapes.map(([name, shape]) => [name, { shape, dtype: 'float32' }])),
    feeds: {
      noise: { shape: [count, codeNoiseSize(codeSize)], dtype: 'float32' },
      temperature: { shape: [], dtype: 'float32' },
      ...(ranged ? { ranges: { shape: [count, 2], dtype: 'float32' } } : {}),
    },
    body: (weights, { noise, temperature, ranges }) => {
      const table = {
        mean: weights[codeTableNames.mean] as Tensor2D,
        logvar: weights[codeTableNames.logvar] as Tensor2D,
      }
      const options = { temperature, ranges: ranges as Tensor2D | undefined }
      return { fetches: { code: codesFromNoise(table, noise as Tensor2D, options) }, next: {} }
    },
  }
}

/** Images → latents of q(z|x): its mean, or with `sampled` a sample of it by the noise `eps`. */
export function encodeProgram(
  system: System,
  { feeds, precision, fastConvolutions, sampled }: ProgramBase & { sampled: boolean },
): ProgramSpec {
  return {
    name: 'encode',
    precision,
    fastConvolutions,
    state: latentState(system),
    feeds: sampled ? { x: feeds.x, eps: feeds.x } : { x: feeds.x },
    body: (weights, { x, eps }) => {
      const q = system.posterior?.(weights, x as Tensor4D)
      const z = q && eps ? sampleFrom(q, eps as Tensor4D) : q?.mean
      return { fetches: { x: z ?? (x as Tensor4D) }, next: {} }
    },
  }
}

/** Images → mean and logvar of q(c|x), each `[count, codeSize]`. */
export function encodeCodeProgram(
  system: System,
  { feeds, precision, fastConvolutions }: ProgramBase,
): ProgramSpec {
  return {
    name: 'encode-code',
    precision,
    fastConvolutions,
    state: latentState(system),
    feeds: { x: feeds.x },
    body: (weights, { x }) => {
      const q = system.codePosterior?.(weights, x as Tensor4D)
      return { fetches: q ? { mean: q.mean, logvar: q.logvar } : {}, next: {} }
    },
  }
}

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { adaptiveSolver, multistepSolver } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { FolderFiles } from '../../files/atomic-write.ts'
import { flowerbedVersion } from '../../version.ts'
import { exportSavedModel } from '../graph/saved-model/saved-model.ts'
import type { Iteration } from '../graph/saved-model/saved-model.ts'
import type { ProgramSpec, TensorSpec } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'
import { codeNoiseSize } from '../model/flow/code-prior.ts'
import { timeGrid } from '../model/flow/time-grid.ts'
import { guideKind } from './guide-state.ts'
import { labelIndex } from './image-labels.ts'
import type { ExportPlan } from './export-plan.ts'
import { codeProgram, programBase } from './model-programs.ts'
import type { ProgramBase } from './model-programs.ts'
import { knownSampling } from './known-sampling.ts'
import { feedsOf, planSteps, stepProgram } from './solver-programs.ts'

/** The name of the signature that samples. */
export const sampleSignature = 'sample'

/**
 * The files of a TensorFlow SavedModel that samples: its signature `sample` takes standard normal `noise` and returns
 * `images`, both `[count, height, width, channels]`, the images in [0, 1]; with a code it also takes standard normal
 * `codeNoise` `[count, codeSize + 1]`.
 * @throws FlowerbedError `bad-input` for an adaptive solver, or for weights that are too large for one file
 */
export function savedModelFiles(plan: ExportPlan): FolderFiles {
  const { sampler, sampling, count, step, config } = plan
  return {
    'saved_model.pb': exportSavedModel(samplingIteration(plan), sampleSignature),
    'config.json': JSON.stringify(
      { flowerbed: flowerbedVersion, step, shape: sampler.shape, count, sampling, config },
      null,
      1,
    ),
    'README.txt': readme(plan),
  }
}

function samplingIteration({ sampler, sampling, count }: ExportPlan): Iteration {
  const { system, shape } = sampler
  const { solver, steps, timeGrid: grid, gridShift: shift, gridRho: rho } = knownSampling(system, sampling)
  if (solver === adaptiveSolver) {
    throw new FlowerbedError('bad-input', errorText('export.solver', { solver }), { where: 'solver' })
  }
  const guide = guideKind(system, sampling)
  const base = programBase({ system, shape, count, guide })
  const label = sampling.label === null ? system.labelCount : labelIndex(sampler.labels, sampling.label)
  return {
    constants: { ...sampler.weights, ...(guide ? sampler.guideAt(sampling.guidance, guide) : {}) },
    before: startProgram({
      system,
      base,
      solver,
      count,
      start: { label, ranges: sampler.codeRangeOf(label) },
    }),
    step: stepProgram({ system, base, solver }),
    feeds: planSteps(solver, timeGrid({ steps, from: 1, to: 0, grid, shift, rho })).map(feedsOf),
    after: {
      name: 'export',
      state: {},
      feeds: base.feeds,
      body: (_, { x }) => ({ fetches: { images: tf.clipByValue(x as Tensor, 0, 1) }, next: {} }),
    },
  }
}

/** From noise to the state of the first step. */
function startProgram(options: {
  system: System
  base: ProgramBase
  solver: SolverName
  count: number
  /** The label of all images, their number for none, and the rows of its codes; null for all rows. */
  start: { label: number; ranges: [first: number, count: number] | null }
}): ProgramSpec {
  const { system, base, solver, count } = options
  const { label, ranges } = options.start
  const { codeSize, labelCount } = system
  const code = codeSize > 0 ? codeProgram(system, count, { ranged: ranges !== null }) : null
  return {
    name: 'export',
    state: { ...base.state, ...code?.state },
    feeds: { noise: base.feeds.x, ...(code ? { codeNoise: code.feeds['noise'] as TensorSpec } : {}) },
    body: (weights, { noise, codeNoise }) => ({
      fetches: {
        x: system.latent(weights, noise as Tensor4D),
        ...(solver === multistepSolver ? { last: tf.zerosLike(noise as Tensor4D) } : {}),
        ...(code && codeNoise
          ? code.body(weights, {
              ...{ noise: codeNoise, temperature: tf.scalar(1) },
              ...(ranges ? { ranges: tf.tensor2d(Array<number[]>(count).fill(ranges)) } : {}),
            }).fetches
          : {}),
        ...(labelCount > 0 ? { label: tf.fill([count], label) } : {}),
      },
      next: {},
    }),
  }
}

function readme({ sampler, sampling, count, step }: ExportPlan): string {
  const { height, width, channels } = sampler.shape
  const shape = [count, height, width, channels].join(', ')
  const { codeSize } = sampler.system
  const codeNoise =
    codeSize > 0
      ? `    code_noise = tf.random.normal([${count}, ${codeNoiseSize(codeSize)}])  # decides what the images show\n`
      : ''
  const argumentsOf = codeSize > 0 ? 'noise=noise, codeNoise=code_noise' : 'noise=noise'
  return `An image generator made with Flowerbed ${flowerbedVersion}, as of training step ${step}.

It is a TensorFlow SavedModel. One call generates ${count} images of ${width} × ${height} by ${sampling.solver} in ${sampling.steps} steps:

    import tensorflow as tf
    sample = tf.saved_model.load("FOLDER").signatures["${sampleSignature}"]
    noise = tf.random.normal([${shape}])  # other noise, other images
${codeNoise}    images = sample(${argumentsOf})["images"]  # float32 [${shape}], values in [0, 1]

Noise times a factor below 1 gives images nearer to the prior's mean. config.json holds the settings.
`
}

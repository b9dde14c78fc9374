import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { adaptiveSolver } from '#shared/schemas/sampling.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { FolderFiles } from '../../files/atomic-write.ts'
import { flowerbedVersion } from '../../version.ts'
import { exportSavedModel } from '../graph/saved-model/saved-model.ts'
import type { Iteration } from '../graph/saved-model/saved-model.ts'
import { timeGrid } from '../model/flow/time-grid.ts'
import type { Exported } from './export.ts'
import { programBase } from './model-programs.ts'
import { stepProgram } from './solver-programs.ts'

/** What the sampling is called by whoever loads it. */
export const sampleSignature = 'sample'

/**
 * The files of a TensorFlow SavedModel that draws: its signature `sample` takes standard normal `noise`, like the images,
 * and answers `images` `[count, height, width, channels]` in [0, 1].
 * @throws FlowerbedError `bad-input` for a solver that chooses its steps itself, or weights that one file cannot hold
 */
export function savedModelFiles(exported: Exported): FolderFiles {
  const { model, sampling, count, step, config } = exported
  return {
    'saved_model.pb': exportSavedModel(drawn(exported), sampleSignature),
    'config.json': JSON.stringify(
      { flowerbed: flowerbedVersion, step, shape: model.shape, count, sampling, config },
      null,
      1,
    ),
    'README.txt': readme(exported),
  }
}

function drawn({ model, sampling, count }: Exported): Iteration {
  const { system, shape } = model
  const { solver, steps, timeGrid: grid, gridShift: shift } = sampling
  if (solver === adaptiveSolver) {
    throw new FlowerbedError(
      'bad-input',
      `A sampling by ${solver} chooses its steps itself and cannot be exported.`,
      {
        where: 'solver',
        hint: 'Take a solver whose steps are given, such as heun.',
      },
    )
  }
  const base = programBase({ system, shape, count })
  return {
    constants: model.weights,
    before: {
      name: 'export',
      state: base.state,
      feeds: { noise: base.feeds.x },
      body: (weights, { noise }) => ({ fetches: { x: system.latent(weights, noise as Tensor4D) }, next: {} }),
    },
    step: stepProgram({ system, base, solver }),
    feeds: timeGrid({ steps, from: 1, to: 0, grid, shift }).map(({ t, dt }) => ({
      t: Float32Array.of(t),
      dt: Float32Array.of(dt),
    })),
    after: {
      name: 'export',
      state: {},
      feeds: base.feeds,
      body: (_, { x }) => ({ fetches: { images: tf.clipByValue(x as Tensor, 0, 1) }, next: {} }),
    },
  }
}

function readme({ model, sampling, count, step }: Exported): string {
  const { height, width, channels } = model.shape
  const shape = [count, height, width, channels].join(', ')
  return `An image generator made with Flowerbed ${flowerbedVersion}, as of training step ${step}.

It is a TensorFlow SavedModel. One call draws ${count} images of ${width} × ${height} by ${sampling.solver} in ${sampling.steps} steps:

    import tensorflow as tf
    draw = tf.saved_model.load("FOLDER").signatures["${sampleSignature}"]
    noise = tf.random.normal([${shape}])  # other noise, other images
    images = draw(noise=noise)["images"]  # float32 [${shape}], values in [0, 1]

Noise times a factor below 1 gives images nearer to the prior's mean. config.json holds the settings.
`
}

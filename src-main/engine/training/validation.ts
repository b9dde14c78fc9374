import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { createProgram } from '../graph/create-program.ts'
import type { InputValues, Program, Values } from '../graph/program.ts'
import { toImages } from '../data/batches.ts'
import { rowsInOrder } from '../data/pixels.ts'
import { labelsAt } from '../data/step-images.ts'
import { pathTimes } from '../model/flow/times.ts'
import { valuesOf } from '../graph/values-of.ts'
import type { System } from '../model/flow/system.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { seedWords, statelessNormal, statelessUniform } from '../rng.ts'
import { validationBatches } from './interruptions.ts'
import { assigned, partScores } from './minibatch-coupling.ts'

type Shape = [batch: number, height: number, width: number, channels: number]

/**
 * The loss on images that are not trained on, with the same noise and times at every evaluation; where training couples
 * noise and images, they are assigned to each other within each batch.
 */
export class Validation {
  private readonly program: Program
  private readonly batches: InputValues[]
  private readonly parameterNames: string[]

  constructor(options: { system: System; config: RunConfig; dataset: Dataset; indices: Uint32Array }) {
    const { system, config, dataset, indices } = options
    const { labelCount: labels } = system
    const { height, width, channels } = dataset.index.shape
    const shape: Shape = [config.batch, height, width, channels]
    const isCoupled = config.coupling !== 'independent'
    const count = validationBatches(indices.length, config.batch)
    this.batches = Array.from({ length: count }, (_, i) => {
      // The last batch is filled up from the first images.
      const batch = Array.from(
        { length: config.batch },
        (_, k) => indices[(i * config.batch + k) % indices.length] ?? 0,
      )
      const x = toImages(dataset.images(batch).pixels)
      const noiseSeed = seedWords(config.seed, i, 'validation noise')
      return {
        ...{ x, noiseSeed },
        ...(isCoupled ? { partner: partnersOf({ x, noiseSeed, shape }) } : {}),
        timeSeed: seedWords(config.seed, i, 'validation time'),
        ...(labels > 0 ? { label: labelsAt(dataset, { indices: batch, none: labels }) } : {}),
        ...(system.codeSize > 0 ? { codeSeed: seedWords(config.seed, i, 'validation code') } : {}),
      }
    })
    this.parameterNames = system.parameters.map(({ name }) => name)
    this.program = createProgram({
      name: 'validation',
      state: Object.fromEntries(
        system.parameters.map((parameter) => [
          parameter.name,
          { shape: parameter.shape, dtype: 'float32' as const },
        ]),
      ),
      feeds: {
        x: { shape, dtype: 'float32' },
        noiseSeed: { shape: [2], dtype: 'int32' },
        ...(isCoupled ? { partner: { shape: [config.batch], dtype: 'int32' as const } } : {}),
        timeSeed: { shape: [2], dtype: 'int32' },
        ...(labels > 0 ? { label: { shape: [config.batch], dtype: 'float32' as const } } : {}),
        ...(system.codeSize > 0 ? { codeSeed: { shape: [2], dtype: 'int32' as const } } : {}),
      },
      body: (weights, { x, noiseSeed, partner, timeSeed, codeSeed, label }) => {
        const noise = statelessNormal<Tensor4D>(shape, noiseSeed as Tensor1D)
        const uniform = statelessUniform<Tensor1D>([config.batch], timeSeed as Tensor1D)
        const { loss, terms } = system.objective(weights, {
          x: x as Tensor4D,
          eps: partner ? rowsInOrder(noise, partner) : noise,
          t: pathTimes(uniform, config),
          label: label as Tensor1D | undefined,
          codeEps: codeSeed && statelessNormal<Tensor2D>([config.batch, system.codeSize], codeSeed),
        })
        return { fetches: { loss, velocity: terms['velocity'] ?? loss }, next: {} }
      },
    })
  }

  /** The mean loss with these weights, and its velocity term. */
  measure(weights: Values): { validation: number; validationVelocity: number } {
    this.program.write(
      Object.fromEntries(this.parameterNames.map((name) => [name, weights[name] as Float32Array])),
    )
    let [loss, velocity] = [0, 0]
    for (const batch of this.batches) {
      const fetched = this.program.run(batch)
      loss += (fetched['loss']?.[0] ?? NaN) / this.batches.length
      velocity += (fetched['velocity']?.[0] ?? NaN) / this.batches.length
    }
    return { validation: loss, validationVelocity: velocity }
  }

  dispose(): void {
    this.program.dispose()
  }
}

/** The row of a batch's noise that each of its images is paired with. */
function partnersOf({ x, noiseSeed, shape }: { x: Float32Array; noiseSeed: Int32Array; shape: Shape }) {
  const scores = valuesOf(() =>
    partScores(tf.tensor4d(x, shape), statelessNormal<Tensor4D>(shape, tf.tensor1d(noiseSeed, 'int32'))),
  )
  return assigned(scores, shape[0])
}

import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program, Values } from '../graph/program.ts'
import { toImages } from '../data/batches.ts'
import { pathTimes } from '../model/flow/times.ts'
import type { System } from '../model/flow/system.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { seedWords, statelessNormal, statelessUniform } from '../rng.ts'

/** Batches that are looked at each time; more would hold up the training for little more certainty. */
const batchesAtMost = 4

/** How well images that were kept aside are drawn: the loss on them, with the same noise and times at every step. */
export class Validation {
  private readonly program: Program
  private readonly batches: { x: Float32Array; noiseSeed: Int32Array; timeSeed: Int32Array }[]

  constructor(options: { system: System; config: RunConfig; dataset: Dataset; held: Uint32Array }) {
    const { system, config, dataset, held } = options
    const { height, width, channels } = dataset.index.shape
    const shape = [config.batch, height, width, channels]
    const count = Math.min(batchesAtMost, Math.ceil(held.length / config.batch))
    this.batches = Array.from({ length: count }, (_, i) => {
      // What a last batch lacks is taken from the beginning.
      const places = Array.from(
        { length: config.batch },
        (_, k) => held[(i * config.batch + k) % held.length] ?? 0,
      )
      return {
        x: toImages(dataset.images(places).pixels),
        noiseSeed: seedWords(config.seed, i, 'validation noise'),
        timeSeed: seedWords(config.seed, i, 'validation time'),
      }
    })
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
        timeSeed: { shape: [2], dtype: 'int32' },
      },
      body: (weights, { x, noiseSeed, timeSeed }) => {
        const uniform = statelessUniform<Tensor1D>([config.batch], timeSeed as Tensor1D)
        const { loss, terms } = system.objective(weights, {
          x: x as Tensor4D,
          eps: statelessNormal<Tensor4D>(shape, noiseSeed as Tensor1D),
          t: pathTimes(uniform, { times: config.times, shift: config.timeShift }),
        })
        return { fetches: { loss, velocity: terms['velocity'] ?? loss }, next: {} }
      },
    })
  }

  /** The mean loss with these weights, and of it that of the strokes alone. */
  measure(weights: Values): { validation: number; validationVelocity: number } {
    this.program.write(weights)
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

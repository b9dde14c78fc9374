import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imagesPerStep } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import type { ImageOrder } from '../data/step-images.ts'
import { meanOf, scaled } from '../evaluation/rows.ts'
import type { Rows } from '../evaluation/rows.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program } from '../graph/program.ts'
import { chunksOf } from '../sampling/chunks.ts'
import { seedWords, shuffled, statelessNormal, uniformStream } from '../rng.ts'
import { chosenProgram } from './chosen-program.ts'
import { imageDirections, projected } from './image-projection.ts'
import { PotentialsLearner } from './potentials.ts'

/** The time that potentials take grows with the images times those of a block. */
const blockAtMost = 2048
/** Images that are read and projected at once. */
const readTogether = 256

/** Some of the training images: their coordinates (mean 0, padded) and potentials (−∞ where there is no image). */
interface Block {
  images: Uint32Array
  targets: Float32Array
  potentials: Float32Array
}

export interface SemidiscreteOptions {
  dataset: Dataset
  /** Indices of the training images. */
  indices: Uint32Array
  config: RunConfig
  isCancelled: () => boolean
  /** The share that is done, in [0, 1]. */
  onProgress: (share: number) => void
}

/**
 * The images of each step, chosen by the step's noise (semidiscrete optimal transport, arXiv 2509.25519): of a random block of
 * the images, each row of noise takes the one of the largest ⟨z, x⟩ + potential, with z and x along principal components. The
 * potentials make all images of a block equally frequent, so that noise and images keep their distributions.
 */
export class SemidiscreteCoupling implements ImageOrder {
  private readonly program: Program
  private readonly blocks: Block[]
  private readonly seed: number
  /** Steps are asked for twice: for the pixels and for the labels, the next one ahead. */
  private readonly known = new Map<number, Int32Array>()

  private constructor(options: { blocks: Block[]; directions: Rows; config: RunConfig; shape: ImageShape }) {
    const { blocks, directions, config, shape } = options
    const { height, width, channels } = shape
    const count = imagesPerStep(config)
    this.blocks = blocks
    this.seed = config.seed
    const numbers = directions.count
    this.program = createProgram(
      chosenProgram({
        ...{ targets: blocks[0]?.potentials.length ?? 0, numbers },
        state: { directions: { shape: [numbers, imageBytes(shape)], dtype: 'float32' } },
        feeds: { noiseSeed: { shape: [2], dtype: 'int32' } },
        points: (state, { noiseSeed }) => {
          const noise = statelessNormal([count, height, width, channels], noiseSeed as Tensor)
          const rows = noise.reshape<Tensor2D>([count, imageBytes(shape)])
          return tf.matMul(rows, state['directions'] as Tensor2D, false, true)
        },
      }),
    )
    this.program.write({ directions: directions.values })
  }

  /** Learns the potentials; when cancelled meanwhile, those that are left stay unknown and no step may be taken. */
  static async prepare(options: SemidiscreteOptions): Promise<SemidiscreteCoupling> {
    const { dataset, indices, config, isCancelled, onProgress } = options
    const { shape } = dataset.index
    onProgress(0)
    await nextTurn()
    const directions = imageDirections(dataset, indices)
    const parts = blocksOf(indices, config.seed)
    const size = Math.max(...parts.map(({ length }) => length))
    const learner = new PotentialsLearner({ targets: size, numbers: directions.count, seed: config.seed })
    const blocks: Block[] = []
    try {
      for (const [block, images] of parts.entries()) {
        if (isCancelled()) break
        const targets = coordinates(dataset, { images, directions })
        const potentials = await learner.learn({ targets, block }, { isCancelled })
        if (!potentials) break
        const padded = new Float32Array(size * directions.count)
        padded.set(targets.values)
        blocks.push({ images, targets: padded, potentials })
        onProgress((block + 1) / parts.length)
      }
    } finally {
      learner.dispose()
    }
    return new SemidiscreteCoupling({ blocks, directions, config, shape })
  }

  indicesAt(step: number): Int32Array {
    const known = this.known.get(step)
    if (known) return known
    if (this.known.size > 2) this.known.clear()
    const { images, targets, potentials } = this.blockOf(step)
    const noiseSeed = seedWords(this.seed, step + 1, 'noise')
    const { chosen } = this.program.run({ noiseSeed, targets, potentials })
    const indices = Int32Array.from(chosen as Int32Array, (target) => images[target] ?? 0)
    this.known.set(step, indices)
    return indices
  }

  dispose(): void {
    this.program.dispose()
  }

  /** A block at random, by its share of the images. @throws FlowerbedError `cancelled` where its preparation was */
  private blockOf(step: number): Block {
    const total = this.blocks.reduce((sum, { images }) => sum + images.length, 0)
    let left = Math.floor(uniformStream(this.seed, step, 'coupling block')() * total)
    const found = this.blocks.find(({ images }) => (left -= images.length) < 0)
    if (!found) throw new FlowerbedError('cancelled', errorText('training.notStarted'))
    return found
  }
}

/** The images at random in blocks of almost equal size. */
function blocksOf(indices: Uint32Array, seed: number): Uint32Array[] {
  const order = shuffled(indices.length, uniformStream(seed, 0, 'coupling blocks')).map(
    (i) => indices[i] ?? 0,
  )
  const count = Math.ceil(indices.length / blockAtMost)
  const start = (block: number) => Math.floor((block * indices.length) / count)
  return Array.from({ length: count }, (_, block) => order.slice(start(block), start(block + 1)))
}

function coordinates(
  dataset: Dataset,
  { images, directions }: { images: Uint32Array; directions: Rows },
): Rows {
  const size = directions.count
  const values = new Float32Array(images.length * size)
  for (const { first, n } of chunksOf(images.length, readTogether))
    values.set(projected(dataset, images.subarray(first, first + n), directions), first * size)
  const rows = { count: images.length, size, values }
  return scaled(rows, { centre: meanOf(rows), factor: 1 })
}

import type { RunConfig } from '#shared/schemas/run-config.ts'
import { ImageFeed } from '../data/step-images.ts'
import type { ImageOrder, ImagePlan } from '../data/step-images.ts'
import type { InputValues } from '../graph/program.ts'
import { MinibatchCoupling } from './minibatch-coupling.ts'
import { stepFeeds } from './step-program.ts'
import type { TrainingImages } from '../data/training-images.ts'

/** What a step is fed: its images, and all else, which is the same for each part of the batch. */
export interface StepInputs {
  images: InputValues
  rest: InputValues
}

/** Makes the feeds of a run's steps, the coupling of noise and images included. */
export class StepInput {
  /** Time spent on it so far. */
  spentMs = 0
  private readonly images: ImageFeed
  private readonly coupling: MinibatchCoupling | null

  constructor(options: {
    dataset: TrainingImages
    plan: ImagePlan
    config: RunConfig
    /** Indices of the training images. */
    indices: Uint32Array
    /** As in `ImageFeed`. */
    order?: ImageOrder | undefined
  }) {
    const { dataset, plan, config, indices, order } = options
    this.images = new ImageFeed(dataset, { plan, seed: config.seed, indices, order })
    this.coupling = config.coupling === 'minibatch' ? new MinibatchCoupling(plan) : null
  }

  /** State that the step's program is given once. */
  state(): InputValues {
    return this.images.state()
  }

  /** The feeds of step `step` (1 is the first update). */
  async feeds(step: number, config: RunConfig, learningRate?: number): Promise<StepInputs> {
    const startedAt = performance.now()
    const images = await this.images.feeds(step - 1)
    const rest = stepFeeds(config, step, learningRate)
    const partner = this.coupling?.partners({ ...images, ...rest })
    this.spentMs += performance.now() - startedAt
    return { images, rest: { ...rest, ...(partner && { partner }) } }
  }

  async end(): Promise<void> {
    await this.images.end()
    this.coupling?.dispose()
  }
}

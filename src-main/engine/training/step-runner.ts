import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { createProgram } from '../graph/create-program.ts'
import type { InputValues, Program, Values } from '../graph/program.ts'
import { ImageFeed } from '../data/step-images.ts'
import type { System } from '../model/flow/system.ts'
import { imagePlan, stepFeeds, stepProgram } from './step-program.ts'

export interface StepRunnerOptions {
  system: System
  config: RunConfig
  dataset: Dataset
  /** Indices of the training images. */
  indices: Uint32Array
  /** As in `stepProgram`. */
  resident: number
  /** Whether XLA compiles the step. */
  fused?: boolean | undefined
}

/** Takes the steps of a run and owns its state, on one device or on several. */
export interface TakesSteps {
  /** Time spent on preparing batches so far. */
  inputMs: number
  /** Sets the state to start from; called before the first step. */
  begin: (state: InputValues) => void | Promise<void>
  /** Copies the named arrays of the state, or all arrays that a checkpoint has. */
  read: (names?: string[]) => Values
  /**
   * Takes step `step` (1 is the first update) and returns what the step program fetches. The learning rate is by default
   * the schedule's, by steps.
   */
  takeStep: (step: number, config: RunConfig, learningRate?: number) => Promise<Values>
  dispose: () => Promise<void>
}

/** Takes steps on one device: feeds the step program each step's batch of images and scalars. */
export class StepRunner implements TakesSteps {
  inputMs = 0
  private readonly program: Program
  private readonly images: ImageFeed

  constructor({ system, config, dataset, indices, resident, fused }: StepRunnerOptions) {
    const { shape } = dataset.index
    this.program = createProgram(stepProgram({ system, config, shape, resident }), { fused })
    const plan = imagePlan({ system, config, shape, resident })
    this.images = new ImageFeed(dataset, { plan, seed: config.seed, indices })
  }

  begin(state: InputValues): void {
    this.program.write({ ...state, ...this.images.state() })
  }

  read(names?: string[]): Values {
    return this.program.read(names)
  }

  /** Whether XLA's kernels compute the steps, which the first step shows. */
  get isFused(): boolean {
    return this.program.isFused ?? false
  }

  async takeStep(step: number, config: RunConfig, learningRate?: number): Promise<Values> {
    const startedAt = performance.now()
    const batch = await this.images.feeds(step - 1)
    this.inputMs += performance.now() - startedAt
    return this.program.run({ ...batch, ...stepFeeds(config, step, learningRate) })
  }

  async dispose(): Promise<void> {
    await this.images.end()
    this.program.dispose()
  }
}

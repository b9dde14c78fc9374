import type { RunConfig } from '#shared/schemas/run-config.ts'
import { createProgram } from '../graph/create-program.ts'
import type { InputValues, Program, Values } from '../graph/program.ts'
import type { ImageOrder } from '../data/step-images.ts'
import type { System } from '../model/flow/system.ts'
import { StepInput } from './step-input.ts'
import { imagePlan, stepProgram } from './step-program.ts'
import type { TrainingImages } from '../data/training-images.ts'

export interface StepRunnerOptions {
  system: System
  config: RunConfig
  dataset: TrainingImages
  /** Indices of the training images. */
  indices: Uint32Array
  /** As in `stepProgram`. */
  resident: number
  /** Chooses the images of each step; by default they are shuffled. */
  order?: ImageOrder | undefined
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
  private readonly program: Program
  private readonly input: StepInput

  constructor({ system, config, dataset, indices, resident, order, fused }: StepRunnerOptions) {
    const { shape } = dataset.index
    this.program = createProgram(stepProgram({ system, config, shape, resident }), { fused })
    const plan = imagePlan({ system, config, shape, resident })
    this.input = new StepInput({ dataset, plan, config, indices, order })
  }

  get inputMs(): number {
    return this.input.spentMs
  }

  set inputMs(ms: number) {
    this.input.spentMs = ms
  }

  begin(state: InputValues): void {
    this.program.write({ ...state, ...this.input.state() })
  }

  read(names?: string[]): Values {
    return this.program.read(names)
  }

  /** Whether XLA's kernels compute the steps, which the first step shows. */
  get isFused(): boolean {
    return this.program.isFused ?? false
  }

  async takeStep(step: number, config: RunConfig, learningRate?: number): Promise<Values> {
    const { images, rest } = await this.input.feeds(step, config, learningRate)
    return this.program.run({ ...images, ...rest })
  }

  async dispose(): Promise<void> {
    await this.input.end()
    this.program.dispose()
  }
}

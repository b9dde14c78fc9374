import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { createProgram } from '../graph/create-program.ts'
import type { InputValues, Program, Values } from '../graph/program.ts'
import { ImageFeed } from '../data/step-images.ts'
import type { System } from '../model/flow/system.ts'
import { imagePlan, stepFeeds, stepProgram } from './step-program.ts'

export interface StepperOptions {
  system: System
  config: RunConfig
  dataset: Dataset
  /** Positions of the images to train on. */
  places: Uint32Array
  /** As in `stepProgram`. */
  resident: number
}

/** Takes the steps of a run: gives the program each step's images and numbers. Owns what is on the device. */
export class StepRunner {
  /** Time spent on the steps' images so far. */
  inputMs = 0
  private readonly program: Program
  private readonly images: ImageFeed

  constructor({ system, config, dataset, places, resident }: StepperOptions) {
    const { shape } = dataset.index
    this.program = createProgram(stepProgram({ system, config, shape, resident }))
    const plan = imagePlan(config, shape, resident)
    this.images = new ImageFeed(dataset, { plan, seed: config.seed, places })
  }

  /** Where it goes on from; before the first step. */
  begin(state: InputValues): void {
    this.program.write({ ...state, ...this.images.state() })
  }

  /** Copies state out, all that is saved or the named entries. */
  read(names?: string[]): Values {
    return this.program.read(names)
  }

  /**
   * Step `step` (1 is the first update) by settings whose `steps` is where the run ends; what it fetched. `position` as in
   * `learningRateAt`.
   */
  async take(step: number, config: RunConfig, position?: number): Promise<Values> {
    const from = performance.now()
    const images = await this.images.feeds(step - 1)
    this.inputMs += performance.now() - from
    return this.program.run({ ...images, ...stepFeeds(config, step, position) })
  }

  async dispose(): Promise<void> {
    await this.images.end()
    this.program.dispose()
  }
}

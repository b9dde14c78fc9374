import type { RunConfig } from '#contract/config.ts'
import type { Dataset } from '../../packed/dataset.ts'
import { createProgram } from '../compile/create-program.ts'
import { readableState } from '../compile/program.ts'
import type { Given, Program, ProgramSpec, Values } from '../compile/program.ts'
import { PictureFeed } from '../data/step-pictures.ts'
import type { System } from '../flow/system.ts'
import { picturePlan, stepFeeds, stepProgram } from './step-program.ts'

/** Takes the steps of a run: gives the program each step's pictures and numbers. Owns what is on the device. */
export class Stepper {
  /** What can be read and saved. */
  readonly state: ProgramSpec['state']
  /** Time spent on the steps' pictures so far. */
  inputMs = 0
  private readonly program: Program
  private readonly pictures: PictureFeed

  /** `places` are positions of the pictures to learn from, `resident` as in `stepProgram`. */
  constructor(options: {
    system: System
    config: RunConfig
    dataset: Dataset
    places: Uint32Array
    resident: number
  }) {
    const { system, config, dataset, places, resident } = options
    const { shape } = dataset.index
    const spec = stepProgram({ system, config, shape, resident })
    this.state = readableState(spec)
    this.program = createProgram(spec)
    const plan = picturePlan(config, shape, resident)
    this.pictures = new PictureFeed(dataset, { plan, seed: config.seed, places })
  }

  /** Where it goes on from; before the first step. */
  begin(state: Given): void {
    this.program.write({ ...state, ...this.pictures.state() })
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
    const pictures = await this.pictures.feeds(step - 1)
    this.inputMs += performance.now() - from
    return this.program.run({ ...pictures, ...stepFeeds(config, step, position) })
  }

  async dispose(): Promise<void> {
    await this.pictures.end()
    this.program.dispose()
  }
}

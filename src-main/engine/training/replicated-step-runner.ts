import type { RunConfig } from '#shared/schemas/run-config.ts'
import { createReplicatedProgram } from '../cluster/replicated-program.ts'
import type { Devices, ReplicatedProgram } from '../cluster/replicated-program.ts'
import { imageInput } from '../data/step-images.ts'
import type { InputValues, Values } from '../graph/program.ts'
import { feedsOfShare, imagesOfShare, splitBatch } from './batch-share.ts'
import type { BatchShare } from './batch-share.ts'
import { StepInput } from './step-input.ts'
import { imagePlan, stepProgram } from './step-program.ts'
import type { StepRunnerOptions, TakesSteps } from './step-runner.ts'

export interface ReplicatedStepRunnerOptions extends Omit<StepRunnerOptions, 'resident' | 'fused'> {
  devices: Devices
  /** How fast the devices are in proportion to each other; by default equally fast. */
  speeds?: number[] | undefined
  /** A step that takes longer than this fails. */
  timeoutMs?: number | undefined
}

/**
 * Takes the steps of a run on several devices (data parallelism): each computes the gradients of its share of every batch, the
 * sums of which all of them apply to their own copy of the state. Image order and noise come from the place in the whole
 * batch, so that the result is that of one device but for the order of sums.
 */
export class ReplicatedStepRunner implements TakesSteps {
  readonly shares: BatchShare[]
  private readonly program: ReplicatedProgram
  private readonly input: StepInput
  private readonly imageFeeds: string[]
  private readonly config: RunConfig

  constructor(options: ReplicatedStepRunnerOptions) {
    const { system, config, dataset, indices, order, devices, speeds, timeoutMs } = options
    const { shape } = dataset.index
    // More devices than images have nothing to compute.
    const count = Math.min(devices.names.length, config.batch)
    this.config = config
    this.shares = splitBatch(config.batch, speeds?.slice(0, count) ?? Array.from({ length: count }, () => 1))
    this.program = createReplicatedProgram(
      this.shares.map((share) => stepProgram({ system, config, shape, ...(count > 1 ? { share } : {}) })),
      devices,
      timeoutMs === undefined ? {} : { timeoutMs },
    )
    const plan = imagePlan({ system, config, shape })
    this.input = new StepInput({ dataset, plan, config, indices, order })
    this.imageFeeds = Object.keys(imageInput(plan).feeds)
  }

  get inputMs(): number {
    return this.input.spentMs
  }

  set inputMs(ms: number) {
    this.input.spentMs = ms
  }

  async begin(state: InputValues): Promise<void> {
    await this.program.write(state)
  }

  read(names?: string[]): Values {
    return this.program.read(names)
  }

  async takeStep(step: number, config: RunConfig, learningRate?: number): Promise<Values> {
    return await this.program.run(await this.feeds(step, config, learningRate))
  }

  /**
   * How many images of a step each device computes in a millisecond, one device after the other, in the best of `times`;
   * null where the parts of a batch need each other before the gradients.
   */
  async measureSpeeds(times = 3): Promise<number[] | null> {
    if (!this.hasOwnParts()) return null
    const speeds: number[] = []
    for (const [replica, share] of this.shares.entries())
      speeds.push(imagesOfShare(this.config, share) / (await this.timeOwnParts([replica], times)))
    return speeds
  }

  /**
   * Milliseconds that some devices, all of them at the same time, take for their part of a step up to the exchange, in the
   * best of `times`; nothing of the run changes. To be called where `hasOwnParts`.
   */
  async timeOwnParts(replicas = [...this.shares.keys()], times = 3): Promise<number> {
    const feeds = await this.feeds(1, this.config)
    const given = new Map(replicas.map((replica) => [replica, feeds[replica] as InputValues]))
    // The first call of a graph optimizes it.
    await this.program.timeOwnParts(given)
    let best = Infinity
    for (let i = 0; i < times; i++) best = Math.min(best, await this.program.timeOwnParts(given))
    return best
  }

  /** Whether the parts of a batch do not need each other before the gradients. */
  hasOwnParts(): boolean {
    const { code, codeFreeNats } = this.config
    return this.shares.length > 1 && !(code > 0 && codeFreeNats > 0)
  }

  async dispose(): Promise<void> {
    await this.input.end()
    await this.program.dispose()
  }

  /** The feeds of each replica. */
  private async feeds(step: number, given: RunConfig, learningRate?: number): Promise<InputValues[]> {
    const { images, rest } = await this.input.feeds(step, given, learningRate)
    const startedAt = performance.now()
    const { config, imageFeeds: names } = this
    const feeds = this.shares.map((share) => ({ ...feedsOfShare(images, { config, share, names }), ...rest }))
    this.inputMs += performance.now() - startedAt
    return feeds
  }
}

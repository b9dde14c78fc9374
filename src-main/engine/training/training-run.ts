import type { EngineEvent, TrainProgress, TrainRequest } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { goalSteps, isDone } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { Machine } from '#shared/schemas/run.ts'
import type { WeightsName } from '#shared/schemas/sampling.ts'
import type { CheckpointInfo } from '../checkpoints/checkpoint.ts'
import { measuredState, samplingStateNames, samplingWeights } from '../checkpoints/state-names.ts'
import type { Values } from '../graph/program.ts'
import type { FreeBytes } from '../checkpoints/disk-room.ts'
import type { CheckpointContents } from './checkpoint-writer.ts'
import type { WeightsAtStep } from './evaluator.ts'
import { ProgressReporter } from './progress-reporter.ts'
import { RunClock } from './run-clock.ts'
import { SmoothedLoss } from './smoothed-loss.ts'
import type { SemidiscreteCoupling } from './semidiscrete-coupling.ts'
import type { TakesSteps } from './step-runner.ts'
import { ThroughputMeter } from './throughput.ts'
import { openParts } from './training-parts.ts'
import type { TrainingParts } from './training-parts.ts'

/** Ends training before its limits are reached. */
export interface StopRequest {
  outcome: 'paused' | 'stopped'
  /** Whether a checkpoint is written first. */
  save: boolean
}

export interface TrainingRunOptions {
  request: TrainRequest
  machine: Machine
  emit: (event: EngineEvent) => void
  freeBytes?: FreeBytes
  /** The clock that training is timed by, in milliseconds. */
  now?: () => number
  /** The speed of the device, by which the precision may be known without timing steps in it. */
  measuredSpeed?: () => Promise<DeviceSpeed>
}

/** The state of a run in training, and what follows from it. */
export class TrainingRun {
  readonly request: TrainRequest
  readonly emit: (event: EngineEvent) => void
  readonly parts: TrainingParts
  readonly clock: RunClock
  readonly throughput = new ThroughputMeter()
  readonly reporter: ProgressReporter
  readonly measuredSpeed: () => Promise<DeviceSpeed | null>
  /** Its limits may change while the run trains. */
  config: RunConfig
  /** Names the precision once it is chosen. */
  machine: Machine
  stopRequest: StopRequest | null = null
  step = 0
  losses: Record<string, number> = {}
  /** Of the last step; null before the first. */
  learningRate: number | null = null
  smoothedLoss = new SmoothedLoss()
  /** The file that training would resume from; null without one. */
  lastCheckpoint: { file: string; sha256: string } | null
  /** Chooses the images of each step; null where they are shuffled, and before it is prepared. */
  coupling: SemidiscreteCoupling | null = null
  private runner: TakesSteps | null = null
  /** Of the weights that sampling uses, as last measured. */
  private codeTable: { step: number; values: Values } | null = null

  /**
   * Opens the dataset and creates the model.
   * @throws FlowerbedError before anything is allocated
   */
  constructor(options: TrainingRunOptions) {
    const { request, machine, emit, freeBytes, now = () => performance.now() } = options
    this.measuredSpeed = options.measuredSpeed ?? (() => Promise.resolve(null))
    this.request = request
    this.lastCheckpoint = request.resume ?? null
    this.machine = machine
    this.emit = emit
    this.config = request.config
    this.clock = new RunClock(now)
    this.parts = openParts({ request, device: machine.device, emit, freeBytes })
    this.reporter = new ProgressReporter({ runId: request.runId, emit, now })
  }

  /** @throws FlowerbedError `cancelled` before the precision is chosen */
  get stepRunner(): TakesSteps {
    if (this.runner) return this.runner
    throw new FlowerbedError('cancelled', errorText('training.notStarted'))
  }

  set stepRunner(runner: TakesSteps) {
    this.runner = runner
  }

  /** The step at which training ends unless its minutes are used up before. */
  get goal(): number {
    return goalSteps({ config: this.config, imageCount: this.parts.dataset.count })
  }

  hasMore(): boolean {
    const { config, step, clock, parts } = this
    return !isDone({ config, imageCount: parts.dataset.count, step, trainedSeconds: clock.trainedSeconds })
  }

  /** Whether something is due at the present step that is done every so many steps; 0 for never. */
  isDue(every: number): boolean {
    return every > 0 && this.step % every === 0
  }

  /** Weights to sample with, by parameter name, and the prior of codes that belongs to them. */
  weights(kind: WeightsName = 'ema'): Values {
    const weights = this.networkWeights(kind)
    const codes = kind === 'ema' ? this.codesAtStep(weights) : this.parts.codeTable?.measure(weights)
    return { ...weights, ...codes }
  }

  /** Everything that a checkpoint of the present step holds: the training state, and what is measured with its weights. */
  checkpointState(): Values {
    const state = this.stepRunner.read()
    return { ...state, ...measuredState(this.codesAtStep(samplingWeights(state, this.config))) }
  }

  /** The present step with its weights, which are read from the device once and only when used. */
  get weightsAtStep(): WeightsAtStep {
    let read: Values | null = null
    const weights = () => (read ??= this.networkWeights('ema'))
    return {
      step: this.step,
      weights,
      samplingWeights: () => ({ ...weights(), ...this.codesAtStep(weights()) }),
    }
  }

  /** The same for a preview, whose codes are those of few images where the prior is not measured at this step. */
  get previewAtStep(): WeightsAtStep {
    const { codeTable } = this.parts
    const at = this.weightsAtStep
    if (!codeTable || this.codeTable?.step === this.step) return at
    return {
      ...at,
      samplingWeights: () => ({ ...at.weights(), ...codeTable.measure(at.weights(), { rough: true }) }),
    }
  }

  private networkWeights(kind: WeightsName): Values {
    const names = samplingStateNames(this.parts.system, this.config, kind)
    return samplingWeights(this.stepRunner.read(names), this.config, kind)
  }

  /** The prior of codes at the present step, measured once; empty without a code. @param weights as sampling uses them */
  private codesAtStep(weights: Values): Values {
    const { codeTable } = this.parts
    if (!codeTable) return {}
    if (this.codeTable?.step !== this.step)
      this.codeTable = { step: this.step, values: codeTable.measure(weights) }
    return this.codeTable.values
  }

  /** Continues from a checkpoint's step. */
  restore({ step, losses, smoothed, learningRate }: CheckpointInfo): void {
    this.step = step
    this.learningRate = learningRate ?? null
    this.losses = losses
    this.smoothedLoss = new SmoothedLoss(smoothed)
    this.parts.checkpointWriter.writtenStep = step
  }

  /** Continues from before the first step. */
  startAgain(): void {
    this.step = 0
    this.learningRate = null
    this.losses = {}
    this.smoothedLoss = new SmoothedLoss()
  }

  /** What a checkpoint of the present step says beside its arrays; `loss` is what the best checkpoint is chosen by. */
  checkpointContents(loss: number | null): CheckpointContents {
    const { step, losses, learningRate, config, machine, smoothedLoss, clock } = this
    const { trainedSeconds, scheduleSeconds } = clock
    return {
      step,
      trainedSeconds,
      scheduleSeconds,
      losses,
      learningRate: learningRate ?? undefined,
      loss,
      smoothed: smoothedLoss.state,
      config,
      machine,
    }
  }

  /** `always` for a change of activity, which must not be left out. */
  reportProgress(activity: TrainProgress['activity'], options?: { always: boolean }): void {
    const { step, losses, throughput, config, parts } = this
    const { trainedSeconds } = this.clock
    const { stepsPerSecond } = throughput
    const imageCount = parts.dataset.count
    const expected = throughput.expect({ config, step, trainedSeconds, imageCount })
    const { secondsLeft, endStep: totalSteps, endsBy } = expected
    const progress = { step, totalSteps, endsBy, trainedSeconds, stepsPerSecond, secondsLeft }
    this.reporter.progress({ ...progress, losses, activity }, options)
  }

  /** Frees everything on the device; whoever has borrowed the model returns it first. */
  async dispose(): Promise<void> {
    await this.parts.evaluator.dispose()
    this.parts.codeTable?.dispose()
    await this.runner?.dispose()
    this.coupling?.dispose()
    this.parts.dataset.close()
  }
}

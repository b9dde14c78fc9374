import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { WeightsName } from '#shared/schemas/sampling.ts'
import type {
  EngineEvent,
  TrainOutcome,
  TrainProgress,
  TrainRequest,
  TrainResult,
} from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { goalSteps, isDone } from '#shared/run-limits.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { Machine } from '#shared/schemas/run.ts'
import type { Values } from '../graph/program.ts'
import { meanErrorsByTime } from '../model/flow/time-buckets.ts'
import type { Model } from '../sampling/sampler.ts'
import { gridExists } from '../sampling/sample-sheet.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { checkFinite, checkFiniteState, checkResumable, inWords } from './checks.ts'
import type { Evaluation } from './evaluator.ts'
import { Reporter } from './reporter.ts'
import { RunClock } from './run-clock.ts'
import { createStepRunner } from './create-step-runner.ts'
import type { FreeBytes } from './checkpoint-writer.ts'
import { learningRateAt, schedulePosition } from './schedule.ts'
import { SmoothedLoss } from './smoothed-loss.ts'
import { samplingWeights, initialState, stateNamesOfSampling } from './step-program.ts'
import type { StepRunner } from './step-runner.ts'
import { ThroughputMeter } from './throughput.ts'
import type { Interruption } from './throughput.ts'
import { openParts } from './training-parts.ts'
import type { TrainingParts } from './training-parts.ts'

/** Older saves are deleted by whoever records the new one; the disk is given this long to be free again. */
const tidyingMs = 3000

interface Wish {
  outcome: 'paused' | 'stopped'
  save: boolean
}

/**
 * One run in training. Steps are single calls; between them the process answers messages, so that a wish to pause, stop
 * or extend is met within a step. Everything it holds on the device is gone when `run` settles.
 */
export class Trainer {
  readonly runId: string
  private readonly request: TrainRequest
  private readonly emit: (event: EngineEvent) => void
  /** Tells the precision once that is chosen. */
  private machine: Machine
  private readonly parts: TrainingParts
  /** Null until its precision is chosen. */
  private stepRunner: StepRunner | null = null
  private readonly reporter: Reporter
  private readonly clock: RunClock
  private readonly throughput = new ThroughputMeter()
  /** Spent on looking at the last step. */
  private measuringSeconds = 0
  private config: RunConfig
  private wish: Wish | null = null
  private alive = true
  private ended: Promise<TrainResult> | null = null
  private step = 0
  private losses: Record<string, number> = {}
  private smoothed = new SmoothedLoss()

  /**
   * Opens the images and builds the networks. `now` is the clock that training is timed by, in milliseconds.
   * @throws FlowerbedError before anything is held
   */
  constructor(options: {
    request: TrainRequest
    machine: Machine
    emit: (event: EngineEvent) => void
    freeBytes?: FreeBytes
    now?: () => number
  }) {
    const { request, machine, emit, freeBytes, now = () => performance.now() } = options
    this.clock = new RunClock(now)
    this.runId = request.runId
    this.request = request
    this.machine = machine
    this.emit = emit
    this.config = request.config
    this.parts = openParts({ request, device: machine.device, emit, freeBytes })
    this.reporter = new Reporter({ runId: this.runId, emit, now })
  }

  /** Trains to the end; once. @throws FlowerbedError when it cannot go on; what was saved stays */
  run(): Promise<TrainResult> {
    this.ended ??= this.train()
      .catch((thrown: unknown) => {
        throw inWords(thrown)
      })
      .finally(() => this.dispose())
    return this.ended
  }

  /** Ends after the step in hand; resolves when what is to be saved is on disk. */
  async end(wish: Wish): Promise<void> {
    this.wish ??= wish
    await this.ended
  }

  /** Moves the end while training. */
  extend(limits: Limits): void {
    this.config = { ...this.config, ...limits }
  }

  /** Lends the networks with their present weights, one borrower at a time, between the steps of training. */
  withModel<T>(use: (model: Model, step: number) => Promise<T>, weights?: WeightsName): Promise<T> {
    return this.parts.observation.lend(
      () => {
        if (this.wish || !this.alive)
          throw new FlowerbedError('cancelled', 'Training has just ended.', { hint: 'Try again.' })
        return this.weights(weights)
      },
      (model) => use(model, this.step),
    )
  }

  private weights(kind?: WeightsName): Values {
    const names = stateNamesOfSampling(this.parts.system, this.config, kind)
    return samplingWeights(this.begun.read(names), this.config, kind)
  }

  private get observed(): Evaluation {
    let read: Values | null = null
    return { step: this.step, weights: () => (read ??= this.weights()) }
  }

  private async train(): Promise<TrainResult> {
    await this.begin()
    let outcome: TrainOutcome = 'finished'
    while (this.hasMore()) {
      if (this.wish) {
        outcome = this.wish.outcome
        break
      }
      await this.takeStep()
      // Messages are answered here.
      await nextTurn()
      if (this.isTime(this.config.checkpointEvery)) await this.interruptFor('saving', () => this.save())
      if (this.isTime(this.config.sampleEvery) && this.hasMore())
        await this.interruptFor('sampling', () => this.drawGrid())
    }
    this.reporter.flush()
    if (outcome === 'finished' || this.wish?.save) await this.save()
    if (outcome === 'finished') await this.drawGrid()
    this.report('training', { always: true })
    return {
      outcome,
      step: this.step,
      trainedSeconds: this.clock.trainedSeconds,
      losses: this.losses,
      stepsPerSecond: this.throughput.finalStepsPerSecond,
    }
  }

  /** Fresh weights or those of the checkpoint; the grid of where it stands, if that was not drawn yet. */
  private async begin(): Promise<void> {
    const { resume, runDirectory } = this.request
    await this.parts.dataset.verify({ givenUp: () => this.wish !== null })
    await this.parts.saver.checkRoom()
    const saved = resume ? await loadCheckpoint(runDirectory, resume.file, resume.sha256) : null
    if (saved)
      checkResumable({ saved: saved.info, config: this.config, shape: this.parts.dataset.index.shape })
    const stepRunner = await this.createStepper(saved && saved.info.step > 0 ? saved.info.machine : null)
    stepRunner.begin(saved?.state ?? initialState(this.parts.system, this.config))
    if (saved) {
      const { info } = saved
      this.step = info.step
      this.parts.saver.savedStep = info.step
      this.smoothed = new SmoothedLoss(info.smoothed)
      this.losses = info.losses
    }
    this.clock.start(saved?.info ?? { trainedSeconds: 0 })
    this.emit({ type: 'started', runId: this.runId, machine: this.machine, step: this.step })
    const { sampleEvery } = this.config
    if (sampleEvery > 0 && this.step % sampleEvery === 0 && this.hasMore()) {
      if (this.step === 0 || !gridExists(runDirectory, this.step)) await this.drawGrid()
    }
  }

  /** Chooses the precision of the steps, if need be by timing them, and builds what takes them. */
  private async createStepper(resumed: Machine | null): Promise<StepRunner> {
    const { precision, why, stepRunner } = await createStepRunner({
      ...this.parts,
      config: this.config,
      device: this.machine.device,
      resumed,
      now: this.clock.now,
      givenUp: () => this.wish !== null,
    })
    this.machine = { ...this.machine, precision, precisionWhy: why }
    this.stepRunner = stepRunner
    return stepRunner
  }

  private get begun(): StepRunner {
    if (this.stepRunner) return this.stepRunner
    throw new FlowerbedError('cancelled', 'Training has not begun yet.', { hint: 'Try again in a moment.' })
  }

  private async takeStep(): Promise<void> {
    const from = this.clock.now()
    const step = this.step + 1
    const config = { ...this.config, steps: this.goal }
    const position = schedulePosition(config, { step, trainedSeconds: this.clock.scheduleSeconds })
    const fetched = await this.begun.take(step, config, position)
    const { errorsByTime, imagesByTime, ...scalars } = fetched
    const values = Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [name, value[0] as number]),
    )
    checkFinite(values, step)
    this.step = step
    const { gradientNorm, ...losses } = values
    this.losses = losses
    this.smoothed.add(values['loss'] ?? NaN)
    this.throughput.addStep(this.clock.secondsSince(from))
    this.clock.stepEnded()
    this.reporter.metrics({
      step,
      seconds: this.clock.trainedSeconds,
      values: {
        ...losses,
        ...(gradientNorm === undefined ? {} : { gradientNorm }),
        learningRate: learningRateAt(config, step, position),
        ...meanErrorsByTime(errorsByTime, imagesByTime),
        ...this.measured(),
      },
    })
    this.report('training')
  }

  /** What is measured besides the losses, where it is time to. */
  private measured(): Record<string, number> {
    const from = this.clock.now()
    const values = this.isTimeToLook() ? this.parts.observation.measure(this.observed) : {}
    this.measuringSeconds = this.clock.secondsSince(from)
    return values
  }

  /** Does what steps are interrupted for, and takes down how long that was. */
  private async interruptFor(kind: Interruption, work: () => Promise<void>): Promise<void> {
    const from = this.clock.now()
    await work()
    this.throughput.addInterruption(kind, this.measuringSeconds + this.clock.secondsSince(from))
    this.measuringSeconds = 0
  }

  /** With each sampling of the grid, each save, and at the end. */
  private isTimeToLook(): boolean {
    const { sampleEvery, checkpointEvery } = this.config
    return this.isTime(sampleEvery) || this.isTime(checkpointEvery) || !this.hasMore()
  }

  private async save(): Promise<void> {
    if (this.parts.saver.savedStep === this.step) return
    const { config, machine, step, losses } = this
    const { trainedSeconds, scheduleSeconds } = this.clock
    this.reporter.flush()
    this.report('saving', { always: true })
    const state = this.begun.read()
    checkFiniteState(state, step)
    // A pause may come at a step at which it was not measured.
    const loss = this.parts.observation.validationLoss(this.observed) ?? this.smoothed.value
    const smoothed = this.smoothed.state
    const times = { trainedSeconds, scheduleSeconds }
    const info = { step, ...times, losses, loss, smoothed, config, machine }
    const record = await this.parts.saver.save(info, state)
    this.emit({ type: 'checkpoint', record })
    // Asked for now, when all that was learned is saved, and not when there is something to lose.
    if (this.hasMore() && !this.wish) await this.parts.saver.checkRoom({ patienceMs: tidyingMs })
  }

  /** Draws and stores the fixed grid; given up when training is to end, which a resumed run makes good. */
  private async drawGrid(): Promise<void> {
    this.report('sampling', { always: true })
    await this.parts.observation.draw(this.observed, {
      config: this.config,
      givenUp: () => this.wish !== null && this.hasMore(),
    })
  }

  private isTime(every: number): boolean {
    return every > 0 && this.step % every === 0
  }

  private hasMore(): boolean {
    const { config, step } = this
    const { trainedSeconds } = this.clock
    return !isDone({ config, imageCount: this.parts.dataset.count, step, trainedSeconds })
  }

  /** The step at which it ends unless its time is up before. */
  private get goal(): number {
    return goalSteps({ config: this.config, imageCount: this.parts.dataset.count })
  }

  private report(activity: TrainProgress['activity'], options?: { always: boolean }): void {
    const { step, losses, throughput, config } = this
    const { trainedSeconds } = this.clock
    const { stepsPerSecond } = throughput
    const imageCount = this.parts.dataset.count
    const secondsLeft = throughput.secondsLeft({ config, step, trainedSeconds, imageCount })
    const progress = { step, totalSteps: this.goal, trainedSeconds, stepsPerSecond, secondsLeft }
    this.reporter.progress({ ...progress, losses, activity }, options)
  }

  private async dispose(): Promise<void> {
    this.alive = false
    await this.parts.observation.dispose()
    await this.stepRunner?.dispose()
    this.parts.dataset.close()
  }
}

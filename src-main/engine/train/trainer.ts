import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { runConfigSchema } from '#contract/config.ts'
import type { RunConfig } from '#contract/config.ts'
import type { EngineEvent, TrainOutcome, TrainProgress, TrainRequest, TrainResult } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { Machine, MetricPoint } from '#contract/run.ts'
import { createProgram } from '../compile/create-program.ts'
import type { Program, Values } from '../compile/program.ts'
import { BatchStream } from '../data/batches.ts'
import { Dataset } from '../data/dataset.ts'
import { createSystem } from '../flow/create-system.ts'
import type { System } from '../flow/system.ts'
import { Model } from '../sample/model.ts'
import { saveSheet } from '../sample/sheet.ts'
import { loadCheckpoint, saveCheckpoint, thinCheckpoints } from './checkpoint.ts'
import { Pace } from './progress.ts'
import { initialState, stateName, stepFeeds, stepProgram } from './step-program.ts'

/** Metrics and progress leave at most this often. */
const reportEverySeconds = 0.25

const secondsNow = () => performance.now() / 1000

/** Trains one run from its start or a checkpoint; yields to other work between steps. */
export class Trainer {
  private readonly request: TrainRequest
  private readonly machine: Machine
  private readonly emit: (event: EngineEvent) => void
  private config: RunConfig
  private step = 0
  private losses: Record<string, number> = {}
  private ending: { outcome: TrainOutcome; save: boolean } | null = null
  private points: MetricPoint[] = []
  private reportedAt = 0
  private program: Program | null = null
  private system: System | null = null

  constructor(options: { request: TrainRequest; machine: Machine; emit: (event: EngineEvent) => void }) {
    this.request = options.request
    this.machine = options.machine
    this.emit = options.emit
    this.config = options.request.config
  }

  get runId(): string {
    return this.request.runId
  }

  /** Ends after the step in hand. */
  end(outcome: TrainOutcome, save: boolean): void {
    this.ending ??= { outcome, save }
  }

  extend(steps: number): void {
    this.config = runConfigSchema.parse({ ...this.config, steps: this.config.steps + steps })
  }

  /** The weights to draw with now: averaged where an average is kept. */
  weights(): Values {
    const { program, system } = this
    if (!program || !system)
      throw new FlowerbedError('conflict', 'This run is still starting.', { hint: 'Try again in a moment.' })
    return drawingWeights(system, program.read(this.drawingNames(system)))
  }

  /**
   * @throws FlowerbedError `non-finite` naming the term and step, `not-found` or `corrupt` for dataset or checkpoint
   */
  async run(): Promise<TrainResult> {
    const { request, config } = this
    const dataset = new Dataset(request.datasetDirectory)
    const { shape } = dataset.index
    const model = new Model({ config, shape })
    this.system = createSystem({ config, shape })
    try {
      await mkdir(request.runDirectory, { recursive: true })
      const start = await this.startingState(this.system)
      this.step = start.step
      this.losses = start.losses
      const spec = stepProgram({ system: this.system, config, shape })
      this.program = createProgram(spec)
      this.program.write(start.state)
      const shapes = Object.fromEntries(
        Object.entries(spec.state).map(([name, entry]) => [name, entry.shape]),
      )
      this.emit({ type: 'started', runId: this.runId, machine: this.machine, step: this.step })
      return await this.loop({ dataset, model, shapes, trainedSeconds: start.trainedSeconds })
    } finally {
      model.dispose()
      this.program?.dispose()
      this.program = null
      dataset.close()
    }
  }

  private async loop(parts: {
    dataset: Dataset
    model: Model
    shapes: Record<string, number[]>
    trainedSeconds: number
  }): Promise<TrainResult> {
    const { dataset, model, shapes } = parts
    const batches = new BatchStream(dataset, this.config)
    const pace = new Pace(secondsNow(), parts.trainedSeconds)
    const save = () => this.save({ shape: dataset.index.shape, shapes, pace })
    let savedAt = this.step > 0 ? this.step : -1
    let drawnAt = -1
    const drawGrid = async () => {
      drawnAt = this.step
      await this.drawGrid(model, pace)
    }
    if (this.step === 0) await drawGrid()

    while (!this.isOver(pace)) {
      const startedAt = secondsNow()
      this.takeStep(batches)
      pace.stepped(secondsNow(), secondsNow() - startedAt)
      this.points.push({
        step: this.step,
        seconds: pace.trainedSeconds(secondsNow()),
        values: { ...this.losses },
      })
      this.report(pace, 'training')
      const { sampleEvery, checkpointEvery } = this.config
      if (sampleEvery > 0 && this.step % sampleEvery === 0) await drawGrid()
      if (this.step % checkpointEvery === 0) {
        await save()
        savedAt = this.step
      }
      await setImmediate()
    }

    const { outcome, save: wanted } = this.ending ?? { outcome: 'finished' as const, save: true }
    if (outcome === 'finished' && drawnAt !== this.step) await drawGrid()
    if (wanted && savedAt !== this.step) await save()
    this.report(pace, 'training', true)
    return {
      outcome,
      step: this.step,
      trainedSeconds: pace.trainedSeconds(secondsNow()),
      losses: this.losses,
      stepsPerSecond: pace.stepsPerSecond(),
    }
  }

  private isOver(pace: Pace): boolean {
    const { steps, minutes } = this.config
    const timeIsUp = minutes > 0 && pace.trainedSeconds(secondsNow()) >= minutes * 60
    return this.ending !== null || this.step >= steps || timeIsUp
  }

  private takeStep(batches: BatchStream): void {
    const step = this.step + 1
    const fetched = (this.program as Program).run({
      x: batches.images(step - 1),
      ...stepFeeds(this.config, step),
    })
    this.step = step
    this.losses = Object.fromEntries(
      Object.entries(fetched).map(([name, values]) => [name, values[0] ?? NaN]),
    )
    for (const [name, value] of Object.entries(this.losses)) {
      if (Number.isFinite(value)) continue
      throw new FlowerbedError(
        'non-finite',
        `The learning blew up: “${name}” became ${value} at step ${step}.`,
        {
          where: name,
          hint: 'The last save is whole. Resume from it with a lower learning rate, or start again with gradient clipping.',
        },
      )
    }
  }

  private async startingState(system: System): Promise<{
    state: Values
    step: number
    trainedSeconds: number
    losses: Record<string, number>
  }> {
    const { resume, runDirectory, config } = this.request
    if (!resume) return { state: initialState(system, config), step: 0, trainedSeconds: 0, losses: {} }
    const { info, state } = await loadCheckpoint(runDirectory, resume.file)
    if (info.sha256 !== resume.sha256) {
      throw new FlowerbedError('corrupt', 'The save is not the one that was recorded.', {
        where: join(runDirectory, resume.file),
        hint: 'Resume from another save of this run.',
      })
    }
    return { state, step: info.step, trainedSeconds: info.trainedSeconds, losses: info.losses }
  }

  private async save(options: {
    shape: Dataset['index']['shape']
    shapes: Record<string, number[]>
    pace: Pace
  }): Promise<void> {
    const { shape, shapes, pace } = options
    this.report(pace, 'saving', true)
    const { runDirectory } = this.request
    const record = await saveCheckpoint({
      runDirectory,
      state: (this.program as Program).read(),
      shapes,
      info: {
        runId: this.runId,
        step: this.step,
        trainedSeconds: pace.trainedSeconds(secondsNow()),
        losses: this.losses,
        config: this.config,
        shape,
        machine: this.machine,
      },
    })
    const deleted = await thinCheckpoints(runDirectory, this.config.checkpointKeep)
    this.emit({ type: 'checkpoint', record, deleted })
  }

  private async drawGrid(model: Model, pace: Pace): Promise<void> {
    this.report(pace, 'sampling', true)
    const { sampleCount: count, sampleSteps: steps, seed } = this.config
    model.setWeights(this.weights())
    const solver = 'heun'
    const pictures = await model.sample({ count, seed, solver, steps, onStep: () => setImmediate() })
    const { runDirectory } = this.request
    const record = await saveSheet({
      runDirectory,
      pictures,
      about: { runId: this.runId, step: this.step, kind: 'grid', seed, solver, solverSteps: steps },
    })
    this.emit({ type: 'sample', record })
  }

  private drawingNames(system: System): string[] {
    const averaged = this.config.emaDecay > 0
    return system.parameters.map(({ name }) => stateName(averaged ? 'ema' : 'weight', name))
  }

  private report(pace: Pace, activity: TrainProgress['activity'], now = false): void {
    const at = secondsNow()
    if (!now && at - this.reportedAt < reportEverySeconds) return
    this.reportedAt = at
    if (this.points.length > 0) this.emit({ type: 'metrics', runId: this.runId, points: this.points })
    this.points = []
    const { step, config, losses } = this
    this.emit({
      type: 'progress',
      runId: this.runId,
      progress: {
        step,
        totalSteps: config.steps,
        trainedSeconds: pace.trainedSeconds(at),
        stepsPerSecond: pace.stepsPerSecond(),
        secondsLeft: pace.secondsLeft(at, { step, config }),
        losses,
        activity,
      },
    })
  }
}

/** Weights by parameter name out of a training state: the average where there is one, else the weights themselves. */
export function drawingWeights(system: System, state: Values): Values {
  return Object.fromEntries(
    system.parameters.map(({ name }) => [
      name,
      (state[stateName('ema', name)] ?? state[stateName('weight', name)]) as Values[string],
    ]),
  )
}

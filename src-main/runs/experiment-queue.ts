import type { Experiment, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { createLogger } from '../log.ts'
import type { Store } from '../database/store.ts'
import type { RunService } from './run-service.ts'
import { checkResumable, trainExperiment } from './train-experiment.ts'
import type { TrainingQueue } from './training-queue.ts'

const log = createLogger('experiment')

interface Active {
  record: ExperimentRecord
  activity: Experiment['activity']
  /** The run that is trained now. */
  runId: string | null
  /** True once it is to be paused. */
  isStopping: boolean
  done: Promise<void>
}

/**
 * Trains the runs of an experiment one after the other, by the training queue. What is left to do is read from the store
 * each time, so that an experiment resumes where it was after the app was closed.
 */
export class ExperimentQueue {
  private readonly store: Store
  private readonly runService: RunService
  private readonly trainingQueue: TrainingQueue
  private readonly reconstruct: (run: RunRecord) => Promise<unknown>
  private readonly endEngine: () => Promise<void>
  private readonly onChange: (experiment: Experiment) => void
  private active: Active | null = null

  constructor(options: {
    store: Store
    runService: RunService
    trainingQueue: TrainingQueue
    /** Reconstructs a few images with a run that has reached its goal; may fail. */
    reconstruct: (run: RunRecord) => Promise<unknown>
    /** Ends the engine's process, and with it a reconstruction. */
    endEngine: () => Promise<void>
    onChange?: (experiment: Experiment) => void
  }) {
    this.store = options.store
    this.runService = options.runService
    this.trainingQueue = options.trainingQueue
    this.reconstruct = options.reconstruct
    this.endEngine = options.endEngine
    this.onChange = options.onChange ?? (() => undefined)
  }

  /** Newest first. */
  list(): Experiment[] {
    return this.store.experiments.list().map((record) => this.describe(record))
  }

  get(id: string): Experiment {
    return this.describe(this.store.experiments.get(id))
  }

  /**
   * Resumes with the runs that are left, beginning with `first` if given. An experiment or run in training before it is paused.
   * @throws FlowerbedError `conflict` when nothing is left or another process trains a run of it, `not-found` without
   * its images
   */
  async resume(id: string, first?: string): Promise<Experiment> {
    const { active } = this
    if (active?.record.id === id && !active.isStopping && (first ?? active.runId) === active.runId) {
      return this.get(id)
    }
    const record = this.store.experiments.get(id)
    while (this.active) await this.pause(this.active.record.id)
    checkResumable({ store: this.store, runService: this.runService }, record, first)
    this.begin(record, first)
    return this.get(id)
  }

  /** Writes a checkpoint of the run in training and begins no other. Resolves when the device's memory is free. */
  async pause(id: string): Promise<Experiment> {
    const { active } = this
    if (active?.record.id === id) {
      active.isStopping = true
      if (active.activity === 'reconstructing') await this.endEngine()
      else if (active.runId !== null) await this.pauseRun(active, active.runId)
      await active.done
    }
    return this.get(id)
  }

  /** Begins no other run: the app is about to quit. */
  halt(): void {
    if (this.active) this.active.isStopping = true
  }

  /**
   * Deletes an experiment, with its runs and their files or so that they stay, each for itself.
   * @throws FlowerbedError `conflict` while it or a run of it trains
   */
  async delete(id: string, options: { runs: boolean }): Promise<{ runs: RunRecord[]; freedBytes: number }> {
    const runs = this.store.runs.ofExperiment(id)
    this.store.experiments.get(id)
    if (this.active?.record.id === id || (options.runs && runs.some(isLive))) {
      throw new FlowerbedError('conflict', errorText('experiment.inTraining'))
    }
    let freedBytes = 0
    if (options.runs) {
      for (const runId of this.store.runs.idsOfExperiment(id))
        freedBytes += (await this.runService.delete(runId)).freedBytes
    }
    this.store.experiments.delete(id)
    return { runs, freedBytes }
  }

  private begin(record: ExperimentRecord, first: string | undefined): void {
    const active: Active = {
      record,
      activity: 'training',
      runId: null,
      isStopping: false,
      done: Promise.resolve(),
    }
    this.active = active
    active.done = trainExperiment({
      store: this.store,
      experimentId: record.id,
      first,
      // A run that the user has started meanwhile is not paused for it.
      shouldContinue: () =>
        !active.isStopping && (active.runId === null || this.trainingQueue.running === null),
      train: (run) => this.train(active, run),
      finished: (run) => this.finish(active, run),
    })
      .catch((thrown: unknown) => log.error(toFlowerbedError(thrown).message, thrown))
      .finally(() => {
        this.active = null
        this.onChange({ ...record, activity: null })
      })
  }

  private async train(active: Active, run: RunRecord): Promise<RunRecord> {
    active.runId = run.id
    this.setActivity(active, 'training')
    await this.trainingQueue.start(run)
    // It may have been paused while the run before it made room.
    if (active.isStopping) await this.trainingQueue.pause(run.id)
    return await this.trainingQueue.settled(run.id)
  }

  private async finish(active: Active, run: RunRecord): Promise<void> {
    if (active.isStopping) return
    this.setActivity(active, 'reconstructing')
    // A reconstruction that fails can be asked for later.
    await this.reconstruct(run).catch((thrown: unknown) =>
      log.warn(`${run.id} was not reconstructed: ${toFlowerbedError(thrown).message}`),
    )
  }

  private async pauseRun(active: Active, runId: string): Promise<void> {
    try {
      await this.trainingQueue.pause(runId)
    } catch (thrown) {
      // It ended by itself in the meantime, which is as good.
      if (this.trainingQueue.running?.id !== runId) return
      active.isStopping = false
      throw thrown
    }
  }

  private setActivity(active: Active, activity: Experiment['activity']): void {
    active.activity = activity
    this.onChange({ ...active.record, activity })
  }

  private describe(record: ExperimentRecord): Experiment {
    const activity = this.active?.record.id === record.id ? this.active.activity : null
    return { ...record, activity }
  }
}

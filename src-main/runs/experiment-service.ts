import type { Experiment, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import type { CurrentRun } from './queue-runner.ts'
import type { RunQueue } from './run-queue.ts'
import type { RunService } from './run-service.ts'
import { checkResumable } from './train-experiment.ts'

/**
 * Experiments: their runs that are left are queued together. What is left to do is read from the store each time, so that
 * an experiment resumes where it was after the app was closed.
 */
export class ExperimentService {
  private readonly store: Store
  private readonly runService: RunService
  private readonly runQueue: RunQueue
  private readonly onChange: (experiment: Experiment) => void
  /** What was last reported of each that something was done for. */
  private readonly reported = new Map<string, Experiment['activity']>()

  constructor(options: {
    store: Store
    runService: RunService
    runQueue: RunQueue
    onChange?: (experiment: Experiment) => void
  }) {
    this.store = options.store
    this.runService = options.runService
    this.runQueue = options.runQueue
    this.onChange = options.onChange ?? (() => undefined)
  }

  /** Newest first. */
  list(): Experiment[] {
    const queued = this.queuedExperiments()
    return this.store.experiments.list().map((record) => this.describe(record, queued))
  }

  get(id: string): Experiment {
    return this.describe(this.store.experiments.get(id), this.queuedExperiments())
  }

  /**
   * Resumes with the runs that are left, beginning with `first` if given: now, where a run in training is paused for it,
   * or behind what is queued.
   * @throws FlowerbedError `conflict` when nothing is left or another process trains a run of it, `not-found` without
   * its images
   */
  async resume(
    id: string,
    { first, queue = false }: { first?: string; queue?: boolean } = {},
  ): Promise<Experiment> {
    const current = this.currentOf(id)
    if (current.length > 0) {
      if (first === undefined || current.some(({ run }) => run.id === first)) return this.get(id)
      await this.pause(id)
    }
    const { store, runService, runQueue } = this
    const left = checkResumable({ store, runService }, store.experiments.get(id), first)
    const ids = left.map((run) => run.id)
    if (queue) runQueue.add(ids)
    else await runQueue.startAll(ids)
    return this.get(id)
  }

  /**
   * Takes its runs out of the queue and writes checkpoints of those in training. Resolves when the memory of their devices
   * is free.
   */
  async pause(id: string): Promise<Experiment> {
    const { runQueue } = this
    this.dequeue(id)
    await Promise.all(
      this.currentOf(id).map(async ({ run, activity }) => {
        if (activity === 'training') await this.pauseRun(run.id)
        else {
          runQueue.hold()
          await runQueue.skipFinish(run.id)
        }
      }),
    )
    return this.get(id)
  }

  /** Takes its runs out of the queue and ends the one in training for good, with or without a checkpoint. */
  async stop(id: string, { save }: { save: boolean }): Promise<Experiment> {
    const { runQueue } = this
    this.dequeue(id)
    await Promise.all(
      this.currentOf(id).map(async ({ run, activity }) => {
        if (activity === 'training') await runQueue.stop(run.id, save)
        else await runQueue.skipFinish(run.id)
      }),
    )
    return this.get(id)
  }

  /** Its runs that wait start no more by themselves. */
  private dequeue(id: string): void {
    const runs = this.store.runs.ofExperiment(id)
    this.runQueue.remove(runs.flatMap((run) => (isLive(run) ? [] : [run.id])))
  }

  private async pauseRun(runId: string): Promise<void> {
    try {
      await this.runQueue.pause(runId)
    } catch (thrown) {
      // It ended by itself in the meantime, which is as good.
      if (this.runQueue.trains(runId)) throw thrown
    }
  }

  /**
   * Checks that an experiment may be deleted, with its runs or alone.
   * @throws FlowerbedError `conflict` while it or a run of it trains, here or elsewhere
   */
  checkDeletable(id: string, options: { runs: boolean }): void {
    this.store.experiments.get(id)
    const runs = options.runs ? this.store.runs.ofExperiment(id) : []
    if (this.currentOf(id).length > 0 || runs.some(isLive))
      throw new FlowerbedError('conflict', errorText('experiment.inTraining'))
    for (const run of runs) this.runService.checkNotElsewhere(run.id)
  }

  /**
   * Deletes an experiment, with its runs and their files or so that they stay, each for itself.
   * @throws FlowerbedError `conflict` while it or a run of it trains
   */
  async delete(id: string, options: { runs: boolean }): Promise<{ runs: RunRecord[]; freedBytes: number }> {
    const runs = this.store.runs.ofExperiment(id)
    this.checkDeletable(id, options)
    let freedBytes = 0
    if (options.runs) {
      for (const runId of this.store.runs.idsOfExperiment(id))
        freedBytes += (await this.runService.delete(runId)).freedBytes
    }
    this.store.experiments.delete(id)
    this.runQueue.changed()
    return { runs, freedBytes }
  }

  /** Reports those for which something else is done than before; to be called when the queue has changed. */
  report(): void {
    for (const experiment of this.list()) {
      const { id, activity } = experiment
      if ((this.reported.get(id) ?? null) === activity) continue
      this.reported.set(id, activity)
      this.onChange(experiment)
    }
  }

  /** The runs of an experiment that the queue is busy with. */
  private currentOf(id: string): CurrentRun[] {
    return this.runQueue.current.filter(({ run }) => run.experimentId === id)
  }

  private queuedExperiments(): Set<string> {
    const rows = this.store.queue.list()
    return new Set(
      rows.flatMap(({ experimentId, status }) =>
        experimentId !== null && status === 'queued' ? [experimentId] : [],
      ),
    )
  }

  private describe(record: ExperimentRecord, queued: ReadonlySet<string>): Experiment {
    const current = this.currentOf(record.id)
    if (current.length === 0) return { ...record, activity: queued.has(record.id) ? 'queued' : null }
    const isTraining = current.some(({ activity }) => activity === 'training')
    return { ...record, activity: isTraining ? 'training' : 'reconstructing' }
  }
}

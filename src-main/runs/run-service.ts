import { desktopText } from '#shared/desktop-text.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializeError, toFlowerbedError } from '#shared/errors.ts'
import { changedSettings } from '#shared/resume.ts'
import { checkStartable } from '#shared/start-from.ts'
import type { CheckpointChoice, RunRecord, RunStatus } from '#shared/schemas/run.ts'
import { folderBytes } from '../files/atomic-write.ts'
import { removeBelow } from '../files/removal.ts'
import { runFolder, runsFolder } from '../files/data-folder.ts'
import type { Store } from '../database/store.ts'
import { findRun } from './find-run.ts'
import { freeName } from './free-name.ts'
import { markInterrupted } from './interrupted-runs.ts'
import { modelSourceOf } from './model-source.ts'
import { newRunRecord } from './new-run.ts'
import type { NewRun } from './new-run.ts'
import { recordEnd } from './record-end.ts'
import { inheritedChanges, takeStart } from './start-weights.ts'
import type { StartFrom } from './start-weights.ts'
import { RunLeases } from './run-leases.ts'
import { RunTraining } from './run-training.ts'
import type { TrainingEngine, TrainOptions } from './run-training.ts'
import { RecordedCheckpoints } from './recorded-checkpoints.ts'

/** Callbacks for changes. */
export interface RunListeners {
  /** A run was changed. */
  run?: (run: RunRecord) => void
  /** The list of a run's checkpoints has changed. */
  checkpoints?: (runId: string) => void
  /** A run was deleted. */
  deleted?: (runId: string) => void
  /** A warning about a run, for the user. */
  warning?: (runId: string, message: string) => void
}

/**
 * Runs and their history, the same for the app and the command line: creates runs, trains them on an engine, records the
 * engine's events, and marks what was interrupted.
 */
export class RunService {
  readonly checkpoints: RecordedCheckpoints
  private readonly store: Store
  private readonly listeners: RunListeners
  private readonly leases: RunLeases
  private readonly training: RunTraining

  constructor(store: Store, listeners: RunListeners = {}) {
    this.store = store
    this.listeners = listeners
    this.checkpoints = new RecordedCheckpoints(store, listeners.checkpoints)
    this.leases = new RunLeases(store, (id) => this.training.leaseLost(id))
    this.training = new RunTraining({
      store,
      checkpoints: this.checkpoints,
      leases: this.leases,
      update: (id, changes) => this.update(id, changes),
      warn: (id, message) => this.listeners.warning?.(id, message),
    })
  }

  /** @throws FlowerbedError `bad-input` for settings that do not hold, `not-found` for the dataset */
  create(options: NewRun): RunRecord {
    return this.add(options)
  }

  /**
   * A new run that starts from another's averaged weights; with the parent's preset it has its settings unless changed.
   * @throws FlowerbedError `not-found` for the checkpoint, `conflict` for a network that the weights are not of
   */
  createFrom({ runId, checkpoint = 'latest' }: StartFrom, options: NewRun): RunRecord {
    const { runs, datasets, directory } = this.store
    const parent = runs.get(runId)
    const from = this.checkpoints.choose(runId, checkpoint)
    const changes = { ...inheritedChanges(parent, options.preset), ...options.changes }
    const { config, shape } = newRunRecord({ ...options, changes }, datasets.get(options.datasetId), '')
    checkStartable(parent, { config, shape })
    const { id, name } = parent
    return this.add({ ...options, changes, parent: { id, name, step: from.step } }, (run) =>
      takeStart(directory, { from, runId: run.id }),
    )
  }

  /** Adds a run once what it needs is there. */
  private add(options: NewRun, prepare: (run: RunRecord) => void = () => undefined): RunRecord {
    const dataset = this.store.datasets.get(options.datasetId)
    const taken = this.store.runs.names()
    const name = options.name ?? freeName(dataset.name, (one) => taken.has(one))
    const record = newRunRecord(options, dataset, name)
    prepare(record)
    const run = this.store.runs.add(record)
    // Held from the start, so that no process takes it for an interrupted one.
    if (run.status === 'starting') this.leases.claim(run.id)
    return this.notify(run)
  }

  /** Trains a run on an engine, from its latest checkpoint if it has one; see `RunTraining.train`. */
  async train(id: string, engine: TrainingEngine, options: TrainOptions = {}): Promise<RunRecord> {
    return await this.training.train(id, engine, options)
  }

  /** Takes a run's lease, before another run is paused for it. @throws FlowerbedError `conflict` */
  claim(id: string): void {
    this.leases.claim(id)
  }

  /** @throws FlowerbedError `conflict` for a run that another process trains: only that one may pause it */
  checkNotElsewhere(id: string): void {
    this.leases.checkNotElsewhere(id)
  }

  /** Releases a run that was claimed and never trained, with the error that prevented it. */
  abandon(id: string, thrown: unknown = null): void {
    if (!this.leases.holds(id)) return
    if (this.store.runs.status(id) === 'starting') {
      const failed = thrown !== null
      this.update(
        id,
        failed ? { status: 'failed', error: serializeError(thrown) } : { status: 'interrupted' },
      )
    }
    this.leases.release(id)
  }

  /** Whether another process has a run in training. */
  isTrainedElsewhere(id: string): boolean {
    return this.leases.heldElsewhere(id) !== null
  }

  /** Whether another process of this computer trains any run. */
  get isAnyTrainedElsewhere(): boolean {
    return this.trainedElsewhere().length > 0
  }

  /** The runs that other processes of this computer train. */
  trainedElsewhere(): RunRecord[] {
    const { runs, launches } = this.store
    const ids = runs.live().filter((id) => this.isTrainedElsewhere(id) && !launches.isOpen(id))
    return ids.map((id) => runs.get(id))
  }

  /** Notifies of a run that was changed in the store. */
  announce(id: string): void {
    this.notify(this.store.runs.get(id))
  }

  /** Records why a run that no process trains cannot be trained. */
  refuse(id: string, thrown: unknown): RunRecord {
    return this.update(id, { status: 'failed', error: serializeError(thrown) })
  }

  /** Renews the leases held here; also done at intervals. */
  beat(): void {
    this.leases.beat()
  }

  /** Releases every run that is held here; to be called before the store is closed. */
  dispose(): void {
    for (const id of this.leases.list()) {
      const goesOn = this.store.launches.isOpen(id)
      if (!goesOn && this.store.runs.live().includes(id)) this.update(id, { status: 'interrupted' })
      this.leases.release(id)
    }
  }

  /** Records an engine's event; none of a run that another process has taken over. */
  record(event: EngineEvent): void {
    const { runs, metrics, samples } = this.store
    if (event.type === 'sample') {
      samples.save(runs.key(event.record.runId), event.record)
    } else if (event.type === 'checkpoint') {
      if (this.training.mayRecord(event.record.runId)) this.checkpoints.record(event.record)
    } else if (event.type === 'workersLost') {
      if (this.training.mayRecord(event.runId)) this.training.wentBack(event)
    } else if (event.type === 'started' || event.type === 'metrics' || event.type === 'progress') {
      if (!this.training.mayRecord(event.runId)) return
      if (event.type === 'started') this.training.begun(event)
      else if (event.type === 'metrics') metrics.add(runs.key(event.runId), event.points)
      else {
        const { step, trainedSeconds, stepsPerSecond, losses } = event.progress
        this.update(event.runId, { step, trainedSeconds, stepsPerSecond, losses })
      }
    }
  }

  /** Ends a run that is not in training for good; it may still be extended. @throws FlowerbedError `conflict` */
  stopped(id: string): RunRecord {
    this.leases.claim(id)
    try {
      return this.update(id, { status: 'stopped' })
    } finally {
      this.leases.release(id)
    }
  }

  /** Changes what the user may say of a run. @throws FlowerbedError `bad-input` for an empty name */
  describe(
    id: string,
    changes: { name?: string; note?: string; tags?: string[]; starred?: boolean },
  ): RunRecord {
    if (changes.name?.trim() === '') throw new FlowerbedError('bad-input', errorText('run.noName'))
    return this.update(id, changes)
  }

  /** Changes settings of a run in training, which the engine has taken over already; recorded as an event. */
  changed(id: string, config: RunConfig): RunRecord {
    const run = this.store.runs.get(id)
    const changes = changedSettings(run.config, config)
    if (Object.keys(changes).length > 0) {
      this.store.events.add(this.store.runs.key(id), { kind: 'settings', step: run.step, detail: changes })
    }
    return this.update(id, { config })
  }

  /** Corrects the status of runs whose process has ended; see `markInterrupted`. */
  markInterrupted(): RunRecord[] {
    const { store, leases } = this
    const end = (id: string, status: RunStatus) => {
      const run = this.update(id, { status })
      if (status === 'interrupted') recordEnd(store, run)
      return run
    }
    return markInterrupted({ store, leases, end })
  }

  /** @throws FlowerbedError see `modelSourceOf` */
  modelSource(id: string, choice?: CheckpointChoice): ModelSource {
    const { store, checkpoints } = this
    return modelSourceOf({ store, checkpoints }, id, choice)
  }

  /**
   * Works with a run's networks: of the checkpoint asked for, else of the latest that can be read.
   * @throws FlowerbedError `corrupt` naming the other checkpoints when the one asked for cannot be read
   */
  async withModel<T>(
    id: string,
    work: (model: ModelSource) => Promise<T>,
    choice?: CheckpointChoice,
  ): Promise<T> {
    for (;;) {
      const model = this.modelSource(id, choice)
      const record = this.checkpoints.list(id).find(({ file }) => file === model.checkpoint)
      if (record === undefined && model.checkpoint === null && !this.leases.holds(id)) {
        const [damaged] = this.checkpoints.list(id)
        if (damaged) throw this.checkpoints.unreadable(id, damaged)
      }
      try {
        return await work(model)
      } catch (thrown) {
        if (record === undefined || !this.checkpoints.isUnreadable(thrown, record)) throw thrown
        const reason = toFlowerbedError(thrown).message
        const next = this.checkpoints.markDamaged(id, { record, reason })
        if (choice !== undefined || !next) throw this.checkpoints.unreadable(id, record, thrown)
        this.listeners.warning?.(
          id,
          desktopText('warning.otherCheckpoint', { step: record.step, reason, next: next.step }),
        )
      }
    }
  }

  /** Deletes a run with its files. @throws FlowerbedError `conflict` while it trains, here or elsewhere */
  async delete(id: string): Promise<{ freedBytes: number }> {
    if (this.leases.holds(id)) {
      throw new FlowerbedError('conflict', errorText('run.inTraining'))
    }
    this.leases.claimToDelete(id)
    try {
      const folder = runFolder(this.store.directory, id)
      const freedBytes = await folderBytes(folder)
      await removeBelow(runsFolder(this.store.directory), folder)
      this.store.runs.delete(id)
      this.listeners.deleted?.(id)
      return { freedBytes }
    } finally {
      this.leases.release(id)
    }
  }

  /** The run of an id, of an unambiguous beginning of one, or the `latest`. */
  find(query: string): RunRecord {
    return findRun(this.store, query)
  }

  private update(id: string, changes: Parameters<Store['runs']['update']>[1]): RunRecord {
    return this.notify(this.store.runs.update(id, changes))
  }

  private notify(run: RunRecord): RunRecord {
    this.listeners.run?.(run)
    return run
  }
}

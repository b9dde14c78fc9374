import { desktopText } from '#shared/desktop-text.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent, TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializeError, toFlowerbedError } from '#shared/errors.ts'
import { changedSettings } from '#shared/resume.ts'
import { hasEnded } from '#shared/run-status.ts'
import type { CheckpointChoice, CheckpointRecord, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { runFolder } from '../files/data-folder.ts'
import type { RunChanges } from '../database/repositories/runs.ts'
import type { Store } from '../database/store.ts'
import { Detached } from './detached.ts'
import { recordEnd } from './record-end.ts'
import { startOf } from './start-weights.ts'
import type { RunLeases } from './run-leases.ts'
import type { RecordedCheckpoints } from './recorded-checkpoints.ts'

/** What a run needs of an engine, in this process or another. */
export interface TrainingEngine {
  train: (request: TrainRequest) => Promise<TrainResult>
  /** Ends training without a checkpoint: another process has taken the run over. */
  stop?: (runId: string, save: boolean) => Promise<unknown>
  /** Instead, where training goes on elsewhere and is only followed here. */
  detach?: () => void
  /** How training has ended is in the run's record. */
  recorded?: (runId: string) => void
}

/** What changes when a run resumes. */
export interface TrainOptions {
  /** Settings from now on, see `resumedConfig`. */
  config?: RunConfig
  device?: DeviceChoice
  name?: string
  /** The checkpoint to resume from; the latest that can be read by default. */
  checkpoint?: CheckpointChoice
  /** The processes that train it together from now on; null for the engine alone. */
  workers?: WorkerChoice | null
  /** It trains elsewhere already, and is followed from here on. */
  attached?: boolean
  /** Called when training has begun and all of this is written down. */
  begun?: () => void
}

/** A run that is being started; its changes are recorded when training has begun, and not before. */
interface Start {
  before: RunRecord
  options: TrainOptions
  engine: TrainingEngine
  /** `preparing` until the engine is asked. */
  state: 'preparing' | 'asked' | 'begun'
  resumeFrom: CheckpointRecord | null
}

/**
 * Trains runs against the store: nothing of a run changes before the engine has begun, and a checkpoint that cannot be
 * read is replaced by the one before it.
 */
export class RunTraining {
  private readonly store: Store
  private readonly checkpoints: RecordedCheckpoints
  private readonly leases: RunLeases
  private readonly update: (id: string, changes: RunChanges) => RunRecord
  private readonly warn: (runId: string, message: string) => void
  private readonly starts = new Map<string, Start>()
  private readonly lost = new Set<string>()

  constructor(options: {
    store: Store
    checkpoints: RecordedCheckpoints
    leases: RunLeases
    update: (id: string, changes: RunChanges) => RunRecord
    warn: (runId: string, message: string) => void
  }) {
    this.store = options.store
    this.checkpoints = options.checkpoints
    this.leases = options.leases
    this.update = options.update
    this.warn = options.warn
  }

  /**
   * Trains a run until it ends in whichever way; answers its record then. What goes wrong is written to the record and
   * thrown.
   * @throws FlowerbedError `conflict` when another process holds the run
   */
  async train(id: string, engine: TrainingEngine, options: TrainOptions = {}): Promise<RunRecord> {
    this.leases.claim(id)
    this.lost.delete(id)
    try {
      const before = this.store.runs.get(id)
      return await this.trainHeld({ before, options, engine, state: 'preparing', resumeFrom: null })
    } finally {
      this.starts.delete(id)
      await this.checkpoints.settled()
      this.leases.release(id)
    }
  }

  private async trainHeld(start: Start): Promise<RunRecord> {
    const { id } = start.before
    this.starts.set(id, start)
    try {
      const { outcome, ...result } = await this.trainFromReadable(start)
      this.checkHeld(id)
      const run = this.update(id, { status: outcome, ...result })
      recordEnd(this.store, run)
      start.engine.recorded?.(id)
      return run
    } catch (thrown) {
      if (thrown instanceof Detached) throw thrown
      this.checkHeld(id)
      this.recordFailure(start, thrown)
      start.engine.recorded?.(id)
      throw thrown
    }
  }

  /** Training has begun: from here on the record says how. */
  begun({ runId, machine, step }: Extract<EngineEvent, { type: 'started' }>): void {
    const key = this.store.runs.key(runId)
    const start = this.starts.get(runId)
    if (start) start.state = 'begun'
    // What was trained after the checkpoint is trained again.
    this.store.metrics.cut(key, step)
    const { config, device, name, workers } = start?.options ?? {}
    if (start?.resumeFrom) {
      const { file } = start.resumeFrom
      this.checkpoints.resumedFrom(runId, file)
      this.store.events.add(key, { kind: 'resumed', step, detail: { checkpoint: file } })
    } else {
      const device = machine.device === 'cuda' ? machine.deviceName : machine.cpu
      this.store.events.add(key, { kind: 'started', step, detail: { device } })
    }
    const changes = start && config ? changedSettings(start.before.config, config) : {}
    if (Object.keys(changes).length > 0)
      this.store.events.add(key, { kind: 'settings', step, detail: changes })
    this.update(runId, {
      status: 'training',
      error: null,
      machine,
      step,
      ...(config ? { config } : {}),
      ...(device ? { deviceChoice: device } : {}),
      ...(workers === undefined ? {} : { workers }),
      ...(name === undefined ? {} : { name }),
    })
    start?.options.begun?.()
  }

  /** Training has gone back to a checkpoint, because workers were lost. */
  wentBack({ runId, step, reached, lost, left }: Extract<EngineEvent, { type: 'workersLost' }>): void {
    const key = this.store.runs.key(runId)
    this.store.metrics.cut(key, step)
    this.store.events.add(key, { kind: 'workers-lost', step, detail: { reached, lost, left } })
    this.update(runId, { step })
  }

  /** Whether this process may still record an engine's events of a run. */
  mayRecord(runId: string): boolean {
    return !this.lost.has(runId)
  }

  /** Another process has taken the run: training here ends, and nothing of it is written any more. */
  leaseLost(runId: string): void {
    this.lost.add(runId)
    const { engine } = this.starts.get(runId) ?? {}
    if (engine?.detach) engine.detach()
    else void engine?.stop?.(runId, false).catch(() => undefined)
  }

  /** Tries the checkpoint that is meant, and where that is left open the ones before it. */
  private async trainFromReadable(start: Start): Promise<TrainResult> {
    const { before, options, engine } = start
    const { id } = before
    for (;;) {
      const resumeFrom = this.checkpointToResume(id, options.checkpoint)
      const request = this.request(before, options, resumeFrom)
      start.resumeFrom = resumeFrom
      const goesOn = options.attached === true && before.status === 'training'
      start.state = goesOn ? 'begun' : 'asked'
      if (!goesOn) this.update(id, { status: 'starting' })
      try {
        return await engine.train(request)
      } catch (thrown) {
        const began = (start.state as Start['state']) === 'begun'
        if (began || resumeFrom === null || !this.checkpoints.isUnreadable(thrown, resumeFrom)) throw thrown
        const { message } = toFlowerbedError(thrown)
        const next = this.checkpoints.markDamaged(id, { record: resumeFrom, reason: message })
        if (options.checkpoint !== undefined || !next)
          throw this.checkpoints.unreadable(id, resumeFrom, thrown)
        this.warn(
          id,
          desktopText('warning.resumesEarlier', {
            step: resumeFrom.step,
            reason: message,
            next: next.step,
          }),
        )
      }
    }
  }

  private checkpointToResume(id: string, choice: CheckpointChoice | undefined): CheckpointRecord | null {
    if (choice !== undefined) return this.checkpoints.choose(id, choice)
    const readable = this.checkpoints.latest(id)
    const [damaged] = readable ? [] : this.checkpoints.list(id)
    if (damaged) throw this.checkpoints.unreadable(id, damaged)
    return readable
  }

  private request(run: RunRecord, options: TrainOptions, from: CheckpointRecord | null): TrainRequest {
    this.refuseUnusableSettings(run)
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', errorText('run.imagesDeleted'))
    }
    const workers = options.workers === undefined ? run.workers : options.workers
    return {
      runId: run.id,
      runDirectory: runFolder(this.store.directory, run.id),
      datasetDirectory: this.store.datasets.get(run.datasetId).directory,
      excluded: this.store.runs.excluded(run.id),
      config: options.config ?? run.config,
      device: options.device ?? run.deviceChoice,
      ...(workers ? { workers } : {}),
      ...(from ? { resume: { file: from.file, sha256: from.sha256 } } : {}),
      ...(from === null && run.parent ? { start: startOf(this.store.directory, run.id) } : {}),
    }
  }

  /** To train on with other settings than those a run was made with would make another run of it. */
  private refuseUnusableSettings({ id, name }: RunRecord): void {
    const unusable = this.store.runs.unusableSettings(id)
    if (unusable.length === 0) return
    throw new FlowerbedError(
      'conflict',
      errorText('run.otherVersion', { name, settings: unusable.join(', ') }),
      {
        where: id,
      },
    )
  }

  private recordFailure({ before, state }: Start, thrown: unknown): void {
    const { id, status } = before
    // A start that failed before the engine was asked leaves the run as it was, unless it is new or had its turn.
    if (state === 'preparing' && status !== 'starting' && status !== 'queued') return
    // A run that had ended keeps its status when a start fails.
    if (state !== 'begun' && hasEnded(before)) {
      this.update(id, { status })
      return
    }
    const error = serializeError(thrown)
    // After a crash of the engine the run can resume; with wrong settings it cannot.
    const crashed = error.kind === 'crashed' || error.kind === 'cancelled'
    recordEnd(this.store, this.update(id, { status: crashed ? 'interrupted' : 'failed', error }))
  }

  private checkHeld(id: string): void {
    if (!this.lost.has(id)) return
    // A deleted run has lost its lease too.
    this.store.runs.status(id)
    throw new FlowerbedError('conflict', errorText('run.takenOver'), { where: id })
  }
}

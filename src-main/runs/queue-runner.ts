import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { createLogger } from '../log.ts'
import type { DeviceTurns } from './device-turns.ts'
import type { QueuedRuns } from './queued-runs.ts'
import type { QueueUpkeep } from './queue-upkeep.ts'
import type { RunService } from './run-service.ts'
import type { TrainOptions } from './run-training.ts'
import { trainInOrder } from './train-in-order.ts'
import type { TrainingQueue } from './training-queue.ts'
import type { TrainingQueues } from './training-queues.ts'

const log = createLogger('queue')

/** A run that the queue is busy with. */
export interface CurrentRun {
  run: RunRecord
  /** `finishing` between its end and the start of the next. */
  activity: 'training' | 'finishing'
}
interface Current extends CurrentRun {
  /** Nothing is done for it any more. */
  isOver: boolean
  done: Promise<unknown>
}

export interface QueueParts {
  queued: QueuedRuns
  runService: RunService
  trainingQueues: TrainingQueues
  /** What is done with a run that has reached its goal, before the next one starts there; may fail. */
  finish?: (run: RunRecord) => Promise<void>
  /** Ends early what is done so on a device. */
  endFinish?: (device: TrainingDevice) => Promise<void>
  /** @throws when no run may start by itself now */
  checkReady?: () => void
}

/** What the runners of all devices share. */
interface Shared {
  upkeep: QueueUpkeep
  turns: DeviceTurns
  /** Something else is done than before. */
  onChange: () => void
  /** Devices are free that other runners may wait for. */
  onFree: () => void
}

/**
 * Follows the run in training on a device and starts the next one by itself. The store knows what trains, so that it comes
 * first after a restart.
 */
export class QueueRunner {
  private readonly device: TrainingDevice
  private readonly upkeep: QueueUpkeep
  private readonly turns: DeviceTurns
  private readonly queued: QueuedRuns
  private readonly runService: RunService
  private readonly trainingQueue: TrainingQueue
  private readonly finish: (run: RunRecord) => Promise<void>
  private readonly endFinish: (device: TrainingDevice) => Promise<void>
  private readonly checkReady: () => void
  private readonly onChange: () => void
  private readonly onFree: () => void
  private now: Current | null = null
  private isAwake = false
  /** Something has changed since the queue was last asked for the next run. */
  private mustLook = false
  /** The run that the user has started, until it is followed. */
  private started: RunRecord | null = null
  /** Whether the next run is to be started; else it trains already, and is followed. */
  private mustStart = false
  private closed = false

  constructor(device: TrainingDevice, parts: QueueParts, shared: Shared) {
    this.device = device
    this.queued = parts.queued
    this.upkeep = shared.upkeep
    this.turns = shared.turns
    this.runService = parts.runService
    this.trainingQueue = parts.trainingQueues.of(device)
    this.finish = parts.finish ?? (() => Promise.resolve())
    this.endFinish = parts.endFinish ?? (() => Promise.resolve())
    this.checkReady = parts.checkReady ?? (() => undefined)
    this.onChange = shared.onChange
    this.onFree = shared.onFree
  }

  get current(): CurrentRun | null {
    if (this.started) return { run: this.started, activity: 'training' }
    return this.now?.isOver ? null : this.now
  }

  /** Resolves when nothing is done for a run any more. */
  async done(runId: string): Promise<void> {
    if (this.now?.run.id === runId) await this.now.done
  }

  /** Starts what the user wants now, within `DeviceTurns.duringStart`; see `RunQueue.start`. */
  async start(run: RunRecord, options: TrainOptions): Promise<void> {
    await this.skipFinish()
    await this.trainingQueue.start(run, { ...this.queued.optionsOf(run.id), ...options })
    if (this.now?.run.id !== run.id) this.started = run
    this.upkeep.begin(run.id)
    this.upkeep.hold(false)
    this.wake()
  }

  /** Ends what is done with a run that has reached its goal. */
  async skipFinish(): Promise<void> {
    const { now } = this
    if (now?.activity !== 'finishing') return
    await this.endFinish(this.device)
    await now.done
  }

  /** Starts no other run. */
  close(): void {
    this.closed = true
  }

  /** Starts the next run if nothing trains on the device and one may start. */
  wake(): void {
    this.mustLook = true
    if (this.isAwake || this.closed) return
    this.isAwake = true
    trainInOrder({
      next: () => this.next(),
      train: (run) => this.during(run, 'training', () => this.train(run)),
      finished: (run) => this.during(run, 'finishing', () => this.finishRun(run)),
    })
      .finally(() => {
        this.isAwake = false
        const isUnreported = this.now !== null
        this.now = null
        if (this.closed) return
        if (isUnreported) this.onChange()
        if (this.mustLook) this.wake()
      })
      .catch((thrown: unknown) => log.error(toFlowerbedError(thrown).message, thrown))
  }

  /** The first queued run that may start by itself on the device now, and all devices that it takes. */
  nextDue(): { run: RunRecord; devices: readonly TrainingDevice[] } | null {
    const next = this.mayStart() ? this.turns.next(this.device, this.queued.due()) : null
    if (!next || this.upkeep.isStale(next.run.runId)) return null
    const { runId } = next.run
    try {
      return { run: this.runService.find(runId), devices: next.devices }
    } catch (thrown) {
      log.warn(`${runId} cannot be read: ${toFlowerbedError(thrown).message}`)
      this.upkeep.drop([runId])
      return this.nextDue()
    }
  }

  /** Does something for a run, and says so. */
  private async during<T>(
    run: RunRecord,
    activity: CurrentRun['activity'],
    task: () => Promise<T>,
  ): Promise<T> {
    const result = task()
    const now: Current = { run, activity, isOver: false, done: result.catch(() => undefined) }
    this.now = now
    this.onChange()
    try {
      return await result
    } finally {
      now.isOver = activity === 'finishing'
    }
  }

  /** The run in training, or the first that may start. */
  private async next(): Promise<RunRecord | null> {
    await this.turns.settled()
    this.mustLook = false
    if (this.closed) return null
    const trained = (this.started ?? this.trainingQueue.running)?.id
    this.started = null
    this.mustStart = trained === undefined
    const hasFreed = this.turns.releaseFrom(this.device, trained)
    const due = trained === undefined ? this.nextDue() : null
    if (due) this.turns.take(due.run.id, due.devices)
    if (hasFreed) this.onFree()
    return trained === undefined ? (due?.run ?? null) : this.runService.find(trained)
  }

  private mayStart(): boolean {
    try {
      this.checkReady()
      return true
    } catch {
      return false
    }
  }

  private async train(run: RunRecord): Promise<RunRecord | null> {
    try {
      if (this.mustStart) {
        await this.trainingQueue.start(run, this.queued.optionsOf(run.id))
        this.upkeep.begin(run.id)
        // It waits no more.
        this.onChange()
      }
    } catch (thrown) {
      this.refuse(run, toFlowerbedError(thrown))
      return null
    }
    const ended = await this.settled(run)
    // What the user starts decides what comes next.
    await this.turns.settled()
    this.noteEnd(run, ended)
    return ended
  }

  /** The record of a run that trains no more; null when it was deleted meanwhile. */
  private async settled({ id }: RunRecord): Promise<RunRecord | null> {
    return await this.trainingQueue.settled(id).catch((thrown: unknown) => {
      if (toFlowerbedError(thrown).kind === 'not-found') return null
      throw thrown
    })
  }

  /** A run that ended by itself, failed or was stopped lets the next one start; one that was paused does not. */
  private noteEnd({ id, experimentId }: RunRecord, ended: RunRecord | null): void {
    const { running } = this.trainingQueue
    if (this.closed || !ended || running?.id === id) return
    const otherId = running?.id ?? this.turns.holderOf(this.device, id)
    // How it ended could not be recorded where it is live.
    if (ended.status !== 'paused' && !isLive(ended)) {
      this.upkeep.drop([id])
      return
    }
    const other = otherId === null ? null : this.runService.find(otherId)
    const isGroupPaused = experimentId !== null && other?.experimentId !== experimentId
    const group = this.queued.rows().filter((row) => isGroupPaused && row.experimentId === experimentId)
    // What trains on another device trains on.
    const waiting = group.filter(({ runId }) => this.turns.deviceOf(runId) === null)
    this.upkeep.drop([id, ...waiting.map(({ runId }) => runId)])
    if (other) return
    this.now = null
    this.upkeep.hold(true)
    this.onChange()
  }

  /** A run that could not even be begun makes way for the next. */
  private refuse({ id }: RunRecord, error: FlowerbedError): void {
    log.warn(`${id}: ${error.message}`)
    if (this.closed || error.kind === 'cancelled' || this.runService.isTrainedElsewhere(id)) return
    this.upkeep.drop([id])
    this.runService.refuse(id, error)
  }

  private async finishRun(run: RunRecord): Promise<void> {
    if (this.closed) return
    await this.finish(run).catch((thrown: unknown) => {
      log.warn(`${run.id}: ${toFlowerbedError(thrown).message}`)
    })
  }
}

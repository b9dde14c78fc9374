import { desktopText } from '#shared/desktop-text.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '#shared/ipc.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { Extension } from '#shared/run-limits.ts'
import type { QueueCondition, QueueState } from '#shared/schemas/queue.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { createLogger } from '../log.ts'
import type { QueuedRuns, QueueOptions } from './queued-runs.ts'
import { QueueRunner } from './queue-runner.ts'
import type { CurrentRun, QueueParts } from './queue-runner.ts'
import type { RunService } from './run-service.ts'
import type { TrainOptions } from './run-training.ts'
import type { TrainingQueue } from './training-queue.ts'

const log = createLogger('queue')

/** How often the queue is looked at: a run may be due by its time, or have been added by the command line. */
const intervalMs = 5000

/** Starts queued runs on targets, beside those of this computer. */
export interface QueueElsewhere {
  /** Starts what is due; to be called again and again. */
  wake: () => void
  /** Starts no other run. */
  close: () => void
}

/**
 * Trains the app's runs one after the other: those that the user starts, and by themselves those that are queued. All of
 * the queue is in the store, so that it goes on after a restart, with the run that trained first.
 */
export class RunQueue {
  private readonly queued: QueuedRuns
  private readonly runner: QueueRunner
  private readonly runService: RunService
  private readonly trainingQueue: TrainingQueue
  private readonly notify: (notice: Notice) => void
  private readonly onChange: () => void
  private readonly elsewhere: QueueElsewhere
  /** The queue when its change was last reported. */
  private seen = ''
  private timer: NodeJS.Timeout | undefined

  constructor(
    options: QueueParts & {
      notify?: (notice: Notice) => void
      /** The queue, or what it is busy with, has changed. */
      onChange?: () => void
      /** Starts queued runs on targets. */
      elsewhere?: QueueElsewhere
    },
  ) {
    this.queued = options.queued
    this.runService = options.runService
    this.trainingQueue = options.trainingQueue
    this.notify = options.notify ?? (() => undefined)
    this.onChange = options.onChange ?? (() => undefined)
    this.elsewhere = options.elsewhere ?? { wake: () => undefined, close: () => undefined }
    this.runner = new QueueRunner(options, () => this.changed())
  }

  state(): QueueState {
    return this.queued.state()
  }

  /** The run that is trained or finished now. */
  get current(): CurrentRun | null {
    return this.runner.current
  }

  /** Whether a run trains, started by the queue or by the user. */
  trains(id: string): boolean {
    return this.trainingQueue.running?.id === id
  }

  /** Goes on with what was queued when the app was closed, beginning with the run that trained then. */
  open(): void {
    const rows = this.queued.rows().filter(({ target }) => target === null)
    const trained = rows.flatMap(({ runId, status }) => (status === 'queued' ? [] : [runId]))
    // Without others behind it a run waits for the user, as after any quit.
    if (trained.length === rows.length || this.queued.held) this.runner.upkeep.drop(trained)
    const next = this.runner.nextDue()
    if (next) {
      this.notify({
        level: 'info',
        message: desktopText('notice.queueGoesOn', { name: next.name }),
        runId: next.id,
      })
    }
    this.timer = setInterval(() => this.look(), intervalMs).unref()
    this.look()
  }

  /**
   * Trains a run now. The one in training before it is paused.
   * @throws FlowerbedError `conflict` when another process trains it, with nothing changed
   */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    await this.runner.start(run, options)
  }

  /** Trains runs now, one after the other, before all that is queued. @throws FlowerbedError see `QueuedRuns.add` */
  async startAll(runIds: readonly string[]): Promise<void> {
    const [first] = runIds
    if (first === undefined) return
    this.queued.add(runIds, { front: true })
    try {
      await this.start(this.runService.find(first))
    } catch (thrown) {
      this.runner.upkeep.drop(runIds)
      this.changed()
      throw thrown
    }
  }

  /** Writes a checkpoint and ends training. Nothing starts by itself until the user wants it. */
  async pause(id: string): Promise<void> {
    await this.trainingQueue.pause(id)
    await this.runner.done(id)
  }

  /** Ends a run for good, with or without a checkpoint; what is queued goes on. */
  async stop(id: string, save: boolean): Promise<void> {
    await this.trainingQueue.stop(id, save)
  }

  /** Lets a run train longer: now, or where it waits for its turn then. */
  async extend(id: string, more: Extension, { queue = false } = {}): Promise<void> {
    if (this.trains(id)) {
      await this.trainingQueue.extend(id, more)
      return
    }
    const run = this.runService.find(id)
    const config = resumedConfig(run, { more })
    if (queue || run.status === 'queued') {
      this.runService.checkNotElsewhere(id)
      this.runService.changed(id, config)
      if (queue) this.add([id])
      else this.changed()
    } else await this.start(run, { config })
  }

  /** Queues runs; the first starts when nothing trains. @throws FlowerbedError see `QueuedRuns.add` */
  add(runIds: readonly string[], options: QueueOptions = {}): void {
    this.queued.add(runIds, options)
    this.changed()
    this.wake()
  }

  /** Takes runs out of the queue; they stay as they were before. */
  remove(runIds: readonly string[]): void {
    this.queued.remove(runIds)
    this.runner.upkeep.hold(this.queued.held)
    this.releaseTargets()
    this.changed()
  }

  /** Moves a queued run to a position among those that wait. @throws FlowerbedError `conflict` */
  move(runId: string, position: number): void {
    this.queued.move(runId, position)
    this.changed()
  }

  /** Changes when a queued run may start. @throws FlowerbedError `conflict` */
  schedule(runId: string, condition: QueueCondition): void {
    this.queued.schedule(runId, condition)
    this.changed()
    this.wake()
  }

  /** Has another target, or with null this computer, train a queued run. @throws FlowerbedError see `QueuedRuns.setTarget` */
  setTarget(runId: string, target: string | null): void {
    this.queued.setTarget(runId, target)
    this.runner.upkeep.hold(this.queued.held)
    this.releaseTargets()
    this.changed()
    this.wake()
  }

  /** Lets the queue go on after the user has paused a run. */
  goOn(): void {
    this.queued.held = false
    for (const target of this.queued.heldTargets) this.queued.holdTarget(target, false)
    this.changed()
    this.wake()
  }

  /** Starts nothing by itself until the user wants it. */
  hold(): void {
    this.runner.upkeep.hold(true)
    this.changed()
  }

  /** Ends what is done with a run that has reached its goal. */
  async skipFinish(): Promise<void> {
    await this.runner.skipFinish()
  }

  /** Starts no other run: the app is about to quit. The queue stays as it is. */
  close(): void {
    this.runner.close()
    this.elsewhere.close()
    clearInterval(this.timer)
  }

  /** To be called when runs or their place in the queue may have changed. */
  changed(): void {
    this.seen = JSON.stringify(this.queued.rows())
    this.onChange()
  }

  private wake(): void {
    this.runner.wake()
    this.elsewhere.wake()
  }

  /** Where none waits any more, a target is not held either. */
  private releaseTargets(): void {
    for (const target of this.queued.heldTargets) this.queued.holdTarget(target, true)
  }

  /** Follows what other processes have done to the queue, and starts what is due. */
  private look(): void {
    try {
      this.runner.upkeep.retry()
      const rows = this.queued.rows()
      if (JSON.stringify(rows) !== this.seen) {
        for (const { runId } of rows) this.runService.announce(runId)
        this.runner.upkeep.hold(this.queued.held)
        this.changed()
      }
      this.wake()
    } catch (thrown) {
      log.warn(`The queue cannot be read: ${toFlowerbedError(thrown).message}`)
    }
  }
}

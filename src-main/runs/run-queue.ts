import { desktopText } from '#shared/desktop-text.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '#shared/ipc.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { Extension } from '#shared/run-limits.ts'
import type { QueueCondition, QueueState } from '#shared/schemas/queue.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { createLogger } from '../log.ts'
import { DeviceTurns } from './device-turns.ts'
import type { QueuedRuns, QueueOptions } from './queued-runs.ts'
import { QueueRunner } from './queue-runner.ts'
import type { CurrentRun, QueueParts } from './queue-runner.ts'
import { QueueUpkeep } from './queue-upkeep.ts'
import type { RunService } from './run-service.ts'
import type { TrainOptions } from './run-training.ts'
import type { TrainingQueues } from './training-queues.ts'

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
 * Trains the app's runs, on each device one after the other: those that the user starts, and by themselves those that are
 * queued. All of the queue is in the store, so that it goes on after a restart, with the runs that trained first.
 */
export class RunQueue {
  private readonly queued: QueuedRuns
  private readonly parts: QueueParts
  private readonly upkeep: QueueUpkeep
  private readonly turns: DeviceTurns
  private readonly runners = new Map<TrainingDevice, QueueRunner>()
  private readonly runService: RunService
  private readonly trainingQueues: TrainingQueues
  private readonly notify: (notice: Notice) => void
  private readonly onChange: () => void
  private readonly elsewhere: QueueElsewhere
  /** The queue when its change was last reported. */
  private seen = ''
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(
    options: QueueParts & {
      /** Of the devices; without them this computer is one. */
      turns?: DeviceTurns
      notify?: (notice: Notice) => void
      /** The queue, or what it is busy with, has changed. */
      onChange?: () => void
      /** Starts queued runs on targets. */
      elsewhere?: QueueElsewhere
    },
  ) {
    this.queued = options.queued
    this.runService = options.runService
    this.trainingQueues = options.trainingQueues
    this.notify = options.notify ?? (() => undefined)
    this.onChange = options.onChange ?? (() => undefined)
    this.elsewhere = options.elsewhere ?? { wake: () => undefined, close: () => undefined }
    this.parts = options
    this.upkeep = new QueueUpkeep(options.queued)
    this.turns =
      options.turns ?? new DeviceTurns({ trainedElsewhere: () => options.runService.trainedElsewhere() })
  }

  state(): QueueState {
    return { ...this.queued.state(), devices: this.turns.states() }
  }

  /** The runs that are trained or finished now. */
  get current(): CurrentRun[] {
    return [...this.runners.values()].flatMap(({ current }) => current ?? [])
  }

  /** Whether a run trains, started by the queue or by the user. */
  trains(id: string): boolean {
    return this.trainingQueues.trains(id)
  }

  /** Goes on with what was queued when the app was closed, beginning with the run that trained then. */
  open(): void {
    if (this.closed) return
    const rows = this.queued.rows().filter(({ target }) => target === null)
    const trained = rows.flatMap(({ runId, status }) => (status === 'queued' ? [] : [runId]))
    // Without others behind it a run waits for the user, as after any quit.
    if (trained.length === rows.length || this.queued.held) this.upkeep.drop(trained)
    const [next] = this.turns.devices.flatMap((device) => this.runnerOf(device).nextDue() ?? [])
    if (next) {
      const { name, id: runId } = next.run
      this.notify({ level: 'info', message: desktopText('notice.queueGoesOn', { name }), runId })
    }
    this.timer = setInterval(() => this.look(), intervalMs).unref()
    this.look()
  }

  /**
   * Trains a run now, on devices that are free, else on those that it prefers, where what trains before it is paused.
   * @throws FlowerbedError `conflict` when another process trains it, with nothing changed
   */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    await this.turns.duringStart(() => this.startNow(run, options))
  }

  private async startNow(run: RunRecord, options: TrainOptions): Promise<void> {
    const present = this.turns.deviceOf(run.id)
    if (present !== null) {
      await this.runnerOf(present).start(run, options)
      return
    }
    const { deviceChoice, workers } = run
    const place = this.turns.placeNow({
      deviceChoice: options.device ?? deviceChoice,
      workers: options.workers === undefined ? workers : options.workers,
    })
    const [first = 'computer', ...others] = place.devices
    this.turns.take(run.id, place.devices)
    try {
      for (const device of others) await this.clear(device, run.id)
      await this.runnerOf(first).start(run, options)
      // The queue is not held any more.
      this.wakeDevices(first)
    } catch (thrown) {
      this.turns.release(run.id)
      throw thrown
    }
  }

  /** Ends what is done on a device that a run takes besides the one whose engine trains it. */
  private async clear(device: TrainingDevice, runId: string): Promise<void> {
    const other = this.turns.holderOf(device, runId)
    const engine = other === null ? null : this.turns.deviceOf(other)
    if (other === null || engine === null) return
    await this.runnerOf(engine).skipFinish()
    await this.trainingQueues.pause(other)
  }

  /** Trains runs now, one after the other, before all that is queued. @throws FlowerbedError see `QueuedRuns.add` */
  async startAll(runIds: readonly string[]): Promise<void> {
    const [first] = runIds
    if (first === undefined) return
    this.queued.add(runIds, { front: true })
    try {
      await this.start(this.runService.find(first))
    } catch (thrown) {
      this.upkeep.drop(runIds)
      this.changed()
      throw thrown
    }
  }

  /** Writes a checkpoint and ends training. Nothing starts by itself until the user wants it. */
  async pause(id: string): Promise<void> {
    await this.trainingQueues.pause(id)
    await Promise.all([...this.runners.values()].map((runner) => runner.done(id)))
  }

  /** Ends a run for good, with or without a checkpoint; what is queued goes on. */
  async stop(id: string, save: boolean): Promise<void> {
    await this.trainingQueues.stop(id, save)
  }

  /** Lets a run train longer: now, or where it waits for its turn then. */
  async extend(id: string, more: Extension, { queue = false } = {}): Promise<void> {
    if (this.trains(id)) {
      await this.trainingQueues.extend(id, more)
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
    this.upkeep.hold(this.queued.held)
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
    this.upkeep.hold(this.queued.held)
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
    this.upkeep.hold(true)
    this.changed()
  }

  /** Ends what is done with a run that has reached its goal. */
  async skipFinish(runId: string): Promise<void> {
    const device = this.turns.deviceOf(runId)
    if (device !== null) await this.runnerOf(device).skipFinish()
  }

  /** Starts no other run: the app is about to quit. The queue stays as it is. */
  close(): void {
    this.closed = true
    for (const runner of this.runners.values()) runner.close()
    this.elsewhere.close()
    clearInterval(this.timer)
  }

  /** To be called when runs or their place in the queue may have changed. */
  changed(): void {
    this.seen = JSON.stringify(this.queued.rows())
    this.onChange()
  }

  private wake(): void {
    this.wakeDevices()
    this.elsewhere.wake()
  }

  private wakeDevices(except?: TrainingDevice): void {
    if (this.closed) return
    for (const device of this.turns.devices) if (device !== except) this.runnerOf(device).wake()
  }

  private runnerOf(device: TrainingDevice): QueueRunner {
    const { parts, upkeep, turns } = this
    const made = this.runners.get(device)
    if (made) return made
    const shared = { upkeep, turns, onChange: () => this.changed(), onFree: () => this.wakeDevices(device) }
    const runner = new QueueRunner(device, parts, shared)
    this.runners.set(device, runner)
    return runner
  }

  /** Where none waits any more, a target is not held either. */
  private releaseTargets(): void {
    for (const target of this.queued.heldTargets) this.queued.holdTarget(target, true)
  }

  /** Follows what other processes have done to the queue, and starts what is due. */
  private look(): void {
    try {
      this.upkeep.retry()
      const rows = this.queued.rows()
      if (JSON.stringify(rows) !== this.seen) {
        for (const { runId } of rows) this.runService.announce(runId)
        this.upkeep.hold(this.queued.held)
        this.changed()
      }
      this.wake()
    } catch (thrown) {
      log.warn(`The queue cannot be read: ${toFlowerbedError(thrown).message}`)
    }
  }
}

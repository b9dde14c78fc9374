import { desktopText } from '#shared/desktop-text.ts'
import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Extension, Limits } from '#shared/run-limits.ts'
import type { Notice } from '#shared/ipc.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { createLogger } from '../log.ts'
import { Detached } from './detached.ts'
import type { RunService } from './run-service.ts'
import type { TrainOptions } from './run-training.ts'

const log = createLogger('training')

/** The engine in a process that may end. */
export interface EngineProcess {
  train: (request: TrainRequest) => Promise<TrainResult>
  pause: (runId: string) => Promise<void>
  stop: (runId: string, save: boolean) => Promise<void>
  extend: (runId: string, limits: Limits & LiveSettings) => Promise<void>
  /** Ends the process, so that the device's memory is free. */
  end: () => Promise<void>
}

/** After this many crashes within `crashWindowMs` the engine is not started again automatically. */
const crashesTolerated = 3
const crashWindowMs = 5 * 60_000

/**
 * Trains the runs of a device, one at a time. A run is paused by ending the engine's process, and resumed when that process
 * ended unexpectedly.
 */
export class TrainingQueue {
  private readonly runService: RunService
  private readonly engine: EngineProcess
  private readonly notify: (notice: Notice) => void
  private readonly onEnd: (run: RunRecord) => void
  private readonly onIdle: () => void
  private current: { id: string; name: string; done: Promise<void> } | null = null
  private crashes: number[] = []
  private lastTask: Promise<void> = Promise.resolve()
  private closed = false

  constructor(options: {
    runService: RunService
    engine: EngineProcess
    notify: (notice: Notice) => void
    /** A run has ended by itself or failed, not because the user ended it. */
    onEnd?: (run: RunRecord) => void
    /** No run is in training any more. */
    onIdle?: () => void
  }) {
    this.runService = options.runService
    this.engine = options.engine
    this.notify = options.notify
    this.onEnd = options.onEnd ?? (() => undefined)
    this.onIdle = options.onIdle ?? (() => undefined)
  }

  /** The run in training. */
  get running(): { id: string; name: string } | null {
    return this.current
  }

  /** The run in training whose progress can be saved: none where its record was deleted meanwhile. */
  get unsaved(): { id: string; name: string } | null {
    return this.current && !this.wasDeleted(this.current.id) ? this.current : null
  }

  /** Its record; null also where it was deleted meanwhile. */
  get record(): RunRecord | null {
    return this.current && this.recordOf(this.current.id)
  }

  /**
   * Trains a run, from its latest checkpoint if it has one. The one in training before it is paused.
   * @throws FlowerbedError `conflict` when another process trains it, with nothing changed
   */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    await this.serialized(() => this.startNow(run, options))
  }

  private async startNow(run: RunRecord, options: TrainOptions): Promise<void> {
    if (this.closed) throw new FlowerbedError('cancelled', errorText('app.quitting'))
    if (this.current?.id === run.id) return
    this.runService.claim(run.id)
    try {
      if (this.current) await this.pauseNow(this.current.id)
    } catch (thrown) {
      this.runService.abandon(run.id)
      throw thrown
    }
    const current = { id: run.id, name: run.name, done: Promise.resolve() }
    this.current = current
    current.done = this.follow(run.id, options).finally(() => {
      if (this.current === current) this.current = null
      if (!this.current) this.onIdle()
    })
  }

  /** Resolves with a run's record when it is not in training any more, in whichever way it ended. */
  async settled(id: string): Promise<RunRecord> {
    if (this.current?.id === id) await this.current.done
    return this.runService.find(id)
  }

  /**
   * Writes a checkpoint, ends training and with it the engine's process. Resolves when the run's record says so.
   * @throws FlowerbedError `conflict` when another process trains it
   */
  async pause(id: string): Promise<void> {
    await this.serialized(() => {
      if (this.current?.id !== id) this.runService.checkNotElsewhere(id)
      return this.pauseNow(id)
    })
  }

  private async pauseNow(id: string): Promise<void> {
    if (this.current?.id !== id) return
    const { done } = this.current
    await this.engine.pause(id)
    await done
    await this.engine.end()
  }

  async stop(id: string, save: boolean): Promise<void> {
    await this.serialized(async () => {
      if (this.current?.id !== id) {
        this.runService.stopped(id)
        return
      }
      const { done } = this.current
      await this.engine.stop(id, save)
      await done
    })
  }

  /** Lets a run train longer; one that has ended resumes from its latest checkpoint. */
  async extend(id: string, more: Extension): Promise<void> {
    const run = this.runService.find(id)
    const config = resumedConfig(run, { more })
    if (this.current?.id !== id) {
      await this.start(run, { config })
      return
    }
    await this.engine.extend(id, config)
    this.runService.changed(id, config)
  }

  /**
   * Changes settings of a run: at once where it trains, else for when it resumes. Recorded as an event.
   * @throws FlowerbedError `conflict` when another process trains it, `bad-input` for a value that does not hold
   */
  async change(id: string, changes: Partial<LiveSettings>): Promise<void> {
    const config = resumedConfig(this.runService.find(id), { changes })
    if (this.current?.id === id) await this.engine.extend(id, config)
    else this.runService.checkNotElsewhere(id)
    this.runService.changed(id, config)
  }

  /** Starts no other run: the app is about to quit. */
  startNoOther(): void {
    this.closed = true
  }

  /** Pauses the run in training and starts no other. */
  async close(): Promise<void> {
    this.startNoOther()
    await this.serialized(async () => {
      if (this.current) await this.pauseNow(this.current.id)
    })
  }

  /** One after the other: of two simultaneous starts the second finds what the first has begun. */
  private serialized<T>(task: () => Promise<T>): Promise<T> {
    const result = this.lastTask.then(task)
    this.lastTask = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  /** Trains until the run ends; resumes from the latest checkpoint when the engine's process ended under it. */
  private async follow(id: string, asked: TrainOptions): Promise<void> {
    let options: TrainOptions = {
      ...asked,
      // By then the options are recorded.
      begun: () => (options = {}),
    }
    for (;;) {
      try {
        const run = await this.runService.train(id, this.engine, options)
        if (run.status === 'finished') this.finish(run)
        return
      } catch (thrown) {
        if (thrown instanceof Detached || !this.shouldRetry(id, toFlowerbedError(thrown))) return
      }
    }
  }

  /** Notifies the user of what ended a run; whether it is to be resumed. */
  private shouldRetry(id: string, error: FlowerbedError): boolean {
    log.warn(`${id}: ${error.message}`)
    if (this.closed) return false
    const run = this.recordOf(id)
    // It was deleted meanwhile; the user is notified when its events cannot be recorded.
    if (run === null) return false
    const { name, target } = run
    if (error.kind !== 'crashed') {
      this.finish(run)
      this.notify({
        level: 'error',
        message: desktopText('notice.cannotResume', { name, message: error.message }),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        runId: id,
      })
      return false
    }
    const safe = this.runService.modelSource(id).checkpoint !== null
    const reason = lostBecause(error)
    if (!this.countCrash()) {
      this.finish(run)
      this.notify({
        level: 'error',
        message:
          target === null
            ? desktopText('notice.crashedOften', { times: crashesTolerated, name })
            : desktopText('notice.lostOften', { times: crashesTolerated, name, target, reason }),
        hint:
          target === null
            ? desktopText(safe ? 'notice.crashedOftenSafe' : 'notice.crashedOftenHint')
            : desktopText(safe ? 'notice.lostOftenSafe' : 'notice.lostOftenHint'),
        runId: id,
      })
      return false
    }
    this.notify({
      level: 'warning',
      message:
        target === null
          ? desktopText('notice.crashed', { name })
          : desktopText('notice.lostThere', { name, target, reason }),
      hint: desktopText(safe ? 'notice.resumes' : 'notice.startsAgain'),
      runId: id,
    })
    return true
  }

  /** A run is in training no more. */
  private finish(run: RunRecord): void {
    if (this.current?.id === run.id) this.current = null
    this.onEnd(run)
  }

  /** A run's record; null when it was deleted meanwhile. */
  private recordOf(id: string): RunRecord | null {
    try {
      return this.runService.find(id)
    } catch {
      return null
    }
  }

  /** Of a record that cannot be read at present it is not known. */
  private wasDeleted(id: string): boolean {
    try {
      this.runService.find(id)
      return false
    } catch (thrown) {
      return toFlowerbedError(thrown).kind === 'not-found'
    }
  }

  private countCrash(): boolean {
    const now = Date.now()
    this.crashes = [...this.crashes.filter((at) => now - at < crashWindowMs), now]
    return this.crashes.length < crashesTolerated
  }
}

/** What the target says of a job that it lost, as a clause; without one, the error's sentence. */
function lostBecause({ text, message }: FlowerbedError): string {
  const reason = text?.id === 'remote.jobLost' ? text.parameters['reason'] : undefined
  return typeof reason === 'string' ? reason : message
}

import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Extension, Limits } from '#shared/run-limits.ts'
import type { AppEvent } from '#shared/ipc.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { createLogger } from '../log.ts'
import type { RunService } from './run-service.ts'
import type { TrainOptions } from './run-training.ts'

const log = createLogger('training')

/** The engine in a process that may end. */
export interface EngineProcess {
  train: (request: TrainRequest) => Promise<TrainResult>
  pause: (runId: string) => Promise<void>
  stop: (runId: string, save: boolean) => Promise<void>
  extend: (runId: string, limits: Limits) => Promise<void>
  /** Ends the process, so that the device's memory is free. */
  end: () => Promise<void>
}

/** This many ends of the engine within `crashWindowMs` and nothing is started again by itself. */
const crashesTolerated = 3
const crashWindowMs = 5 * 60_000

type Notice = Extract<AppEvent, { type: 'notice' }>

/**
 * Runs in training, as the app has them: one at a time, paused by ending the engine's process, and gone on with when
 * the process ended under one.
 */
export class TrainingQueue {
  private readonly runService: RunService
  private readonly engine: EngineProcess
  private readonly notify: (notice: Omit<Notice, 'type'>) => void
  private readonly ended: (run: RunRecord) => void
  private readonly idle: () => void
  private current: { id: string; name: string; done: Promise<void> } | null = null
  private crashes: number[] = []
  private turn: Promise<void> = Promise.resolve()
  private closed = false

  constructor(options: {
    runService: RunService
    engine: EngineProcess
    notify: (notice: Omit<Notice, 'type'>) => void
    /** A run has ended by itself or failed, not at the user's word. */
    ended?: (run: RunRecord) => void
    /** No run is in training any more. */
    idle?: () => void
  }) {
    this.runService = options.runService
    this.engine = options.engine
    this.notify = options.notify
    this.ended = options.ended ?? (() => undefined)
    this.idle = options.idle ?? (() => undefined)
  }

  /** The run in training. */
  get running(): { id: string; name: string } | null {
    return this.current
  }

  /**
   * Trains a run, from its latest checkpoint if it has one. The one in training before it is paused.
   * @throws FlowerbedError `conflict` when another process trains it, with nothing changed
   */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    await this.inTurn(() => this.startNow(run, options))
  }

  private async startNow(run: RunRecord, options: TrainOptions): Promise<void> {
    if (this.closed) throw new FlowerbedError('cancelled', 'Flowerbed is about to quit.')
    if (this.current?.id === run.id) return
    this.runService.claim(run.id)
    try {
      if (this.current) await this.makeRoomFor(run)
    } catch (thrown) {
      this.runService.abandon(run.id)
      throw thrown
    }
    const current = { id: run.id, name: run.name, done: Promise.resolve() }
    this.current = current
    current.done = this.follow(run.id, options).finally(() => {
      if (this.current === current) this.current = null
      if (!this.current) this.idle()
    })
  }

  private async makeRoomFor(run: RunRecord): Promise<void> {
    if (!this.current) return
    const { name, id } = this.current
    await this.pauseNow(id)
    this.notify({
      level: 'info',
      message: `“${name}” is paused to make room for “${run.name}”.`,
      hint: 'It can resume from where it was at any time.',
      runId: id,
    })
  }

  /** Resolves with a run's record when it is not in training any more, in whichever way it ended. */
  async settled(id: string): Promise<RunRecord> {
    if (this.current?.id === id) await this.current.done
    return this.runService.find(id)
  }

  /**
   * RecordedCheckpoints, ends training and with it the engine's process. Resolves when the run's record says so.
   * @throws FlowerbedError `conflict` when another process trains it
   */
  async pause(id: string): Promise<void> {
    await this.inTurn(() => {
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
    await this.inTurn(async () => {
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

  /** Starts nothing any more: the app is about to quit. */
  startNoOther(): void {
    this.closed = true
  }

  /** Pauses what trains and starts nothing any more. */
  async close(): Promise<void> {
    this.startNoOther()
    await this.inTurn(async () => {
      if (this.current) await this.pauseNow(this.current.id)
    })
  }

  /** One after the other: of two starts at once the second finds what the first has begun. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  /** Trains until the run ends; resumes from the latest checkpoint when the engine's process ended under it. */
  private async follow(id: string, asked: TrainOptions): Promise<void> {
    let options: TrainOptions = {
      ...asked,
      // What was asked for once is written down by then.
      begun: () => (options = {}),
    }
    for (;;) {
      try {
        const run = await this.runService.train(id, this.engine, options)
        if (run.status === 'finished') this.over(run)
        return
      } catch (thrown) {
        if (!this.mayGoOn(id, toFlowerbedError(thrown))) return
      }
    }
  }

  /** Tells what ended a run, and whether it is to be tried again. */
  private mayGoOn(id: string, error: FlowerbedError): boolean {
    log.warn(`${id}: ${error.message}`)
    if (this.closed) return false
    const run = this.recordOf(id)
    // It was deleted meanwhile, which is told by whoever records its events.
    if (run === null) return false
    const { name } = run
    if (error.kind !== 'crashed') {
      this.over(run)
      this.notify({
        level: 'error',
        message: `“${name}” cannot go on: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        runId: id,
      })
      return false
    }
    const safe = this.runService.modelSource(id).checkpoint !== null
    if (!this.mayTryAgain()) {
      this.over(run)
      this.notify({
        level: 'error',
        message: `The engine ended ${crashesTolerated} times within five minutes, so “${name}” waits.`,
        hint: `${safe ? 'What was saved is safe. ' : ''}Try a smaller width or fewer images per step; Settings → About tells more.`,
        runId: id,
      })
      return false
    }
    this.notify({
      level: 'warning',
      message: `The engine ended unexpectedly while “${name}” was training.`,
      hint: safe ? 'It resumes from its last checkpoint.' : 'There was no checkpoint yet, so it starts anew.',
      runId: id,
    })
    return true
  }

  /** Tells of a run's end, when it is in training no more. */
  private over(run: RunRecord): void {
    if (this.current?.id === run.id) this.current = null
    this.ended(run)
  }

  /** A run's record; null when it was deleted meanwhile. */
  private recordOf(id: string): RunRecord | null {
    try {
      return this.runService.find(id)
    } catch {
      return null
    }
  }

  private mayTryAgain(): boolean {
    const now = Date.now()
    this.crashes = [...this.crashes.filter((at) => now - at < crashWindowMs), now]
    return this.crashes.length < crashesTolerated
  }
}

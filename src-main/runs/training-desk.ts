import type { TrainRequest, TrainResult } from '#contract/engine.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import type { Limits } from '#contract/goal.ts'
import type { AppEvent } from '#contract/ipc.ts'
import type { RunRecord } from '#contract/run.ts'
import { createLogger } from '../log.ts'
import type { RunKeeper } from './run-keeper.ts'

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
export class TrainingDesk {
  private readonly keeper: RunKeeper
  private readonly engine: EngineProcess
  private readonly notify: (notice: Omit<Notice, 'type'>) => void
  private readonly ended: (run: RunRecord) => void
  private readonly idle: () => void
  private current: { id: string; name: string; done: Promise<void> } | null = null
  private crashes: number[] = []

  constructor(options: {
    keeper: RunKeeper
    engine: EngineProcess
    notify: (notice: Omit<Notice, 'type'>) => void
    /** A run has ended by itself or failed, not at the user's word. */
    ended?: (run: RunRecord) => void
    /** No run is in training any more. */
    idle?: () => void
  }) {
    this.keeper = options.keeper
    this.engine = options.engine
    this.notify = options.notify
    this.ended = options.ended ?? (() => undefined)
    this.idle = options.idle ?? (() => undefined)
  }

  /** The run in training. */
  get running(): { id: string; name: string } | null {
    return this.current
  }

  /** Trains a run, from its last save if it has one. The one in training before it is paused. */
  async start(run: RunRecord): Promise<void> {
    if (this.current?.id === run.id) return
    if (this.current) {
      const { name, id } = this.current
      await this.pause(id)
      this.notify({
        level: 'info',
        message: `“${name}” is paused to make room for “${run.name}”.`,
        hint: 'It can go on from where it was at any time.',
        runId: id,
      })
    }
    const current = { id: run.id, name: run.name, done: Promise.resolve() }
    this.current = current
    current.done = this.follow(run.id).finally(() => {
      if (this.current === current) this.current = null
      if (!this.current) this.idle()
    })
  }

  /** Resolves with a run's record when it is not in training any more, in whichever way it ended. */
  async settled(id: string): Promise<RunRecord> {
    if (this.current?.id === id) await this.current.done
    return this.keeper.find(id)
  }

  /** Saves, ends training and with it the engine's process. Resolves when the run's record says so. */
  async pause(id: string): Promise<void> {
    if (this.current?.id !== id) return
    const { done } = this.current
    await this.engine.pause(id)
    await done
    await this.engine.end()
  }

  async stop(id: string, save: boolean): Promise<void> {
    if (this.current?.id !== id) {
      this.keeper.stopped(id)
      return
    }
    const { done } = this.current
    await this.engine.stop(id, save)
    await done
  }

  /** Adds steps; a run that has ended goes on from its last save. */
  async extend(id: string, steps: number): Promise<void> {
    const run = this.keeper.extend(id, steps)
    if (this.current?.id === id) await this.engine.extend(id, run.config)
    else await this.start(run)
  }

  /** Trains until the run ends; goes on from the last save when the engine's process ended under it. */
  private async follow(id: string): Promise<void> {
    for (;;) {
      try {
        const run = await this.keeper.train(id, this.engine)
        if (run.status === 'finished') this.ended(run)
        return
      } catch (thrown) {
        const error = toFlowerbedError(thrown)
        const run = this.keeper.find(id)
        log.warn(`${id}: ${error.message}`)
        if (error.kind !== 'crashed') {
          this.ended(run)
          this.notify({
            level: 'error',
            message: `“${run.name}” cannot go on: ${error.message}`,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            runId: id,
          })
          return
        }
        const safe = this.keeper.modelSource(id).checkpoint !== null
        if (!this.mayTryAgain()) {
          this.ended(run)
          this.notify({
            level: 'error',
            message: `The engine ended ${crashesTolerated} times within five minutes, so “${run.name}” waits.`,
            hint: `${safe ? 'What was saved is safe. ' : ''}Try a smaller width or fewer pictures per step; Settings → About tells more.`,
            runId: id,
          })
          return
        }
        this.notify({
          level: 'warning',
          message: `The engine ended unexpectedly while “${run.name}” was learning.`,
          hint: safe ? 'It goes on from its last save.' : 'Nothing had been saved yet, so it starts anew.',
          runId: id,
        })
      }
    }
  }

  private mayTryAgain(): boolean {
    const now = Date.now()
    this.crashes = [...this.crashes.filter((at) => now - at < crashWindowMs), now]
    return this.crashes.length < crashesTolerated
  }
}

import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { TrainOutcome } from '#shared/engine-messages.ts'
import type { ControlRequest } from '#shared/remote/protocol.ts'
import type { Engine } from '../engine/server.ts'
import { takeControls } from './control-files.ts'
import type { EndSignal, EndSignals } from './end-signals.ts'
import { giveSignOfLife } from './job-file.ts'
import { logProblem } from './log-problem.ts'
import { controlFolder } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** The folder of requests may be on another machine, which tells nobody of changes. */
const pollMs = 1000

export type Extension = Extract<ControlRequest, { kind: 'extend' }>['limits']

/** Why training is to end before its limits; the first that asks counts. */
export interface Ending {
  outcome: Exclude<TrainOutcome, 'finished'>
  save: boolean
  /** A signal of the scheduler, or of the machine that is being shut down; null for the user, or a full disk. */
  signal: EndSignal | null
}

/** Carries out what reaches a run in training from outside: requests of the user, and signals. */
export class RunControl {
  ending: Ending | null = null
  private readonly run: RunFolder
  private readonly launchId: string
  private readonly handlers: Pick<Engine['handlers'], 'pause' | 'stop' | 'extend'>
  private readonly onExtend: (limits: Extension) => Promise<void>
  private readonly closing = new AbortController()
  private polling: Promise<void> = Promise.resolve()

  constructor(options: {
    run: RunFolder
    launchId: string
    handlers: Pick<Engine['handlers'], 'pause' | 'stop' | 'extend'>
    /** Has longer limits outlast this process. */
    onExtend: (limits: Extension) => Promise<void>
  }) {
    this.run = options.run
    this.launchId = options.launchId
    this.handlers = options.handlers
    this.onExtend = options.onExtend
  }

  /** Carries out signals from now on, and requests. */
  async begin(signals: EndSignals): Promise<void> {
    signals.onSignal((signal) => this.end({ outcome: 'paused', save: true, signal }))
    await mkdir(controlFolder(this.run), { recursive: true })
    this.polling = this.pollAlways()
  }

  /** Ends training after the present step. */
  end(ending: Ending): void {
    this.ending ??= ending
    this.forward()
  }

  /** Tells the engine to end, where that was asked for; called whenever it has begun to train. */
  forward(): void {
    if (!this.ending) return
    const { runId } = this.run
    const { outcome, save } = this.ending
    const asked = outcome === 'paused' ? this.handlers.pause({ runId }) : this.handlers.stop({ runId, save })
    // Why training failed is said where it is waited for; before it has begun, it is told again.
    Promise.resolve(asked).catch(() => undefined)
  }

  /** Nothing is carried out any more; what is left for this launch is removed. */
  async close(): Promise<void> {
    this.closing.abort()
    await this.polling
    await takeControls(this.run, this.launchId).catch(() => undefined)
  }

  private async pollAlways(): Promise<void> {
    const { signal } = this.closing
    while (!signal.aborted) {
      // A server of files that does not answer for a while must not end training.
      await this.poll().catch(logProblem)
      await delay(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  private async poll(): Promise<void> {
    await giveSignOfLife(this.run)
    for (const request of await takeControls(this.run, this.launchId)) await this.carryOut(request)
  }

  private async carryOut(request: ControlRequest): Promise<void> {
    if (request.kind === 'pause') this.end({ outcome: 'paused', save: true, signal: null })
    if (request.kind === 'stop') this.end({ outcome: 'stopped', save: request.save, signal: null })
    if (request.kind === 'extend') {
      await this.onExtend(request.limits)
      const { runId } = this.run
      // Before training has begun, it begins with these limits.
      await Promise.resolve()
        .then(() => this.handlers.extend({ runId, limits: request.limits }))
        .catch(() => undefined)
    }
  }
}

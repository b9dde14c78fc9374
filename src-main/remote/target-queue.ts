import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { QueueRow } from '../database/repositories/run-queue.ts'
import { isStorageFault } from '../database/storage-faults.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'
import type { QueuedRuns } from '../runs/queued-runs.ts'
import type { RunService } from '../runs/run-service.ts'
import type { TrainOptions } from '../runs/run-training.ts'
import type { RemoteRuns } from './remote-runs.ts'
import type { TargetAccess } from './target-access.ts'

const log = createLogger('queue')

/** After this long a target that was not reached is tried again. */
const defaultRetryMs = 30_000

interface Parts {
  store: Store
  queued: QueuedRuns
  runService: RunService
  remoteRuns: RemoteRuns
  access: Pick<TargetAccess, 'reach'>
  /** @throws when no run may start by itself now */
  checkReady?: () => void
  /** The queue has changed. */
  onChange?: () => void
  /** A queued run has begun. */
  onStart?: (run: RunRecord) => void
  /** A queued run could not be begun, and is out of the queue. */
  onRefused?: (run: RunRecord, error: FlowerbedError) => void
  retryMs?: number
}

/**
 * Starts the queued runs of targets, one at a time on each: targets do not wait for one another, nor for this computer. A
 * run whose target is not reached stays where it is, with the reason.
 */
export class TargetQueue {
  private readonly parts: Parts
  /** What is under way for each target. */
  private readonly starting = new Map<string, Promise<void>>()
  /** When a target that was not reached is tried again, ms since 1970. */
  private readonly retryAt = new Map<string, number>()
  private readonly closing = new AbortController()

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** Starts what is due on targets where nothing trains; to be called again and again. */
  wake(): void {
    if (this.closing.signal.aborted || !this.isReady()) return
    try {
      for (const target of this.targets()) this.wakeTarget(target)
    } catch (thrown) {
      log.warn(`The queue cannot be read: ${toFlowerbedError(thrown).message}`)
    }
  }

  /** Starts what the user wants now, beside what trains there. @throws FlowerbedError see `RemoteRuns.start` */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    const { queued, remoteRuns } = this.parts
    await remoteRuns.start(run, { ...queued.optionsOf(run.id), ...options })
    this.attempt(() => {
      queued.remove([run.id])
      if (run.target !== null) queued.holdTarget(run.target, false)
    })
    this.changed()
    this.wake()
  }

  /** Pauses a run; what is queued for its target does not start by itself then. */
  async pause({ id, target }: RunRecord): Promise<void> {
    const { queued, remoteRuns } = this.parts
    // Before it ends, or the next one would be quicker.
    if (target !== null) this.attempt(() => queued.holdTarget(target, true))
    this.changed()
    await remoteRuns.pause(id)
  }

  /** Starts no other run. */
  close(): void {
    this.closing.abort()
  }

  private wakeTarget(target: string): void {
    if (this.starting.has(target) || (this.retryAt.get(target) ?? 0) > Date.now()) return
    if (!this.nextOn(target)) return
    const done = this.startNext(target)
      .catch((thrown: unknown) => log.warn(`${target}: ${toFlowerbedError(thrown).message}`))
      .finally(() => this.starting.delete(target))
    this.starting.set(target, done)
  }

  private async startNext(target: string): Promise<void> {
    const { queued, runService, remoteRuns } = this.parts
    const isReached = await this.reach(target)
    // The queue may be another one by now.
    const next = isReached && !this.closing.signal.aborted ? this.nextOn(target) : null
    if (!next) return
    const run = runService.find(next.runId)
    try {
      await remoteRuns.start(run, queued.optionsOf(run.id))
      this.attempt(() => queued.remove([run.id]))
      this.parts.onStart?.(run)
    } catch (thrown) {
      this.later(target)
      if (!isStorageFault(thrown)) this.refuse(run, toFlowerbedError(thrown))
    }
    this.changed()
  }

  /** Whether a target is reached now; else the run whose turn it is says why not. */
  private async reach(target: string): Promise<boolean> {
    const { access, store } = this.parts
    try {
      store.targets.get(target)
      await access.reach(target, { signal: this.closing.signal })
      this.noteReason(target, null)
      return true
    } catch (thrown) {
      if (this.closing.signal.aborted) return false
      this.later(target)
      this.noteReason(target, toFlowerbedError(thrown).message)
      return false
    }
  }

  /** Notes why the run whose turn it is has not begun; nothing of those behind it. */
  private noteReason(target: string, reason: string | null): void {
    const { queued, store } = this.parts
    const next = this.nextOn(target)
    const rows = queued.rows().filter((row) => row.target === target)
    for (const { runId, reason: before } of rows) {
      const now = runId === next?.runId ? reason : null
      if (now === before) continue
      this.attempt(() => store.queue.noteReason(runId, now))
      this.changed()
    }
  }

  private refuse(run: RunRecord, error: FlowerbedError): void {
    const { queued, runService } = this.parts
    if (error.kind === 'cancelled' || runService.isTrainedElsewhere(run.id)) return
    this.attempt(() => queued.remove([run.id]))
    this.attempt(() => runService.refuse(run.id, error))
    this.parts.onRefused?.(run, error)
  }

  /** Targets for which runs wait. Those that have begun there are followed, and are out of the queue. */
  private targets(): Set<string> {
    const { queued } = this.parts
    const rows = queued.rows().filter(({ target }) => target !== null)
    const begun = rows.filter(({ status }) => status !== 'queued').map(({ runId }) => runId)
    if (begun.length > 0) this.attempt(() => queued.remove(begun))
    return new Set(
      rows.flatMap(({ target, status }) => (status === 'queued' && target !== null ? [target] : [])),
    )
  }

  private nextOn(target: string): QueueRow | null {
    const { store, queued } = this.parts
    const isBusy = store.launches.open().some((launch) => launch.target === target)
    return isBusy ? null : queued.next({ target })
  }

  private later(target: string): void {
    this.retryAt.set(target, Date.now() + (this.parts.retryMs ?? defaultRetryMs))
  }

  private isReady(): boolean {
    try {
      this.parts.checkReady?.()
      return true
    } catch {
      return false
    }
  }

  private changed(): void {
    this.parts.onChange?.()
  }

  /** On a full disk the store stays behind; the next look puts it right. */
  private attempt(write: () => void): void {
    try {
      write()
    } catch (thrown) {
      log.warn(`The queue cannot be written: ${toFlowerbedError(thrown).message}`)
    }
  }
}

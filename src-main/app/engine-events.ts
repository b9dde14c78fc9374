import { desktopText } from '#shared/desktop-text.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '#shared/ipc.ts'
import type { Guard } from '../guard.ts'
import { isBusyFault, isStorageFault } from '../database/storage-faults.ts'

const retryMs = 5000
/** While another process is writing the history, this many events wait before the run is paused. */
const busyAtMost = 500

/** What is done to runs and their history when their events cannot be recorded. */
export interface RunControl {
  /** Writes an event down. @throws what the store throws */
  record: (event: EngineEvent) => void
  /** Writes a checkpoint and ends training; begins no other run. */
  pause: (runId: string) => Promise<unknown>
  /** Ends the training of a run that is deleted, saving nothing. */
  discard: (runId: string) => Promise<unknown>
  /** Resolves when the run is not in training any more; rejects when its record is gone by then. */
  ended: (runId: string) => Promise<unknown>
  /** Records a run whose training has ended as paused, where its record still says otherwise. */
  settle: (runId: string) => void
  /** Shows a run as paused although that could not be written yet. */
  showPaused: (runId: string) => void
}

/**
 * Records the engine's events. What cannot be stored now, because the disk is full or the history is in use, waits in
 * order and is tried again, and the run is paused meanwhile, so that its history has no gaps. A deleted run is ended.
 */
export class EngineEvents {
  private readonly runs: RunControl
  private readonly guard: Guard
  private readonly notify: (notice: Notice) => void
  private readonly forward: (event: EngineEvent) => void
  private readonly retryMs: number
  private waiting: EngineEvent[] = []
  private readonly unsettled = new Set<string>()
  private readonly pausing = new Set<string>()
  private readonly gone = new Set<string>()
  /** Runs of whose pause the user was notified since they began to train. */
  private readonly notified = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(options: {
    runs: RunControl
    guard: Guard
    notify: (notice: Notice) => void
    /** Passes an event on to the window. */
    forward: (event: EngineEvent) => void
    retryMs?: number
  }) {
    this.runs = options.runs
    this.guard = options.guard
    this.notify = options.guard.wrap('window', options.notify)
    this.forward = options.forward
    this.retryMs = options.retryMs ?? retryMs
  }

  /** Never throws. */
  readonly onEngineEvent = (event: EngineEvent): void => {
    const runId = runOf(event)
    if (event.type === 'started') this.follow(event.runId)
    if (runId !== null && this.gone.has(runId)) return
    this.guard.wrap('recording a run', () => this.store(event))()
    if (runId === null || !this.gone.has(runId)) this.guard.wrap('window', this.forward)(event)
  }

  /** Whether every event so far is in the history. */
  get complete(): boolean {
    return this.waiting.length === 0 && this.unsettled.size === 0
  }

  /** To be called before a run begins to train. @throws FlowerbedError `no-space` while something still waits */
  checkComplete(): void {
    if (this.complete || this.flush()) return
    throw new FlowerbedError('no-space', errorText('history.noRoomToTrain'))
  }

  /** For a run whose training has ended while its record says otherwise: shown as paused now, recorded when possible. */
  settle(runId: string): void {
    this.unsettled.add(runId)
    this.guard.wrap('window', this.runs.showPaused)(runId)
    this.flush()
  }

  /** Tries to store what waits. @returns whether nothing waits any more */
  flush(): boolean {
    const before = this.complete
    while (this.waiting[0]) {
      const [event] = this.waiting
      if (!this.attempt(event, () => this.runs.record(event))) return this.tryLater()
      // A run that is found deleted takes all its events along.
      if (this.waiting[0] === event) this.waiting.shift()
    }
    for (const runId of this.unsettled) {
      if (!this.attempt(null, () => this.runs.settle(runId), runId)) return this.tryLater()
      this.unsettled.delete(runId)
    }
    if (!before) {
      this.notify({ level: 'info', message: desktopText('notice.stored') })
    }
    return true
  }

  /** Tries a last time: the next start finds on disk what cannot be stored now. */
  close(): void {
    this.guard.wrap('recording a run', () => this.flush())()
    this.closed = true
    clearTimeout(this.timer)
  }

  private store(event: EngineEvent): void {
    const waits = this.waiting.length > 0
    if (waits || !this.attempt(event, () => this.runs.record(event))) {
      // Of progress only the newest counts.
      if (event.type === 'progress')
        this.waiting = this.waiting.filter((other) => !isProgressOf(other, event.runId))
      this.waiting.push(event)
      this.tryLater()
      if (this.waiting.length > busyAtMost) this.pause(runOf(event), desktopText('notice.historyBusy'))
    }
  }

  /** False when it has to wait; any other fault is reported, and the event dropped. */
  private attempt(event: EngineEvent | null, task: () => void, runId = event && runOf(event)): boolean {
    try {
      task()
      return true
    } catch (thrown) {
      if (isStorageFault(thrown)) {
        if (!isBusyFault(thrown)) this.pause(runId, toFlowerbedError(thrown).message)
        return false
      }
      if (runId !== null && isGone(thrown)) this.discard(runId)
      else this.guard.report('recording a run', thrown)
      return true
    }
  }

  /** Pauses a run once; a pause that fails is tried with the next event. */
  private pause(runId: string | null, reason: string): void {
    if (runId === null || this.pausing.has(runId) || this.unsettled.has(runId)) return
    this.pausing.add(runId)
    if (!this.notified.has(runId)) this.notifyOfPause(runId, reason)
    this.notified.add(runId)
    // Later, so that the events of the pause wait behind the one that could not be stored.
    const paused = Promise.resolve()
      .then(() => this.runs.pause(runId))
      .catch((thrown: unknown) => {
        if (!isStorageFault(thrown)) throw thrown
      })
      .then(() => this.settle(runId))
    this.guard.watch(
      'pausing a run',
      paused.finally(() => this.pausing.delete(runId)),
    )
  }

  private notifyOfPause(runId: string, reason: string): void {
    this.notify({
      level: 'error',
      // Some messages say so already.
      message: /history/i.test(reason) ? reason : desktopText('notice.historyUnwritable', { reason }),
      hint: desktopText('notice.pausedUnstored'),
      runId,
    })
  }

  /** Ends the training of a run whose record was deleted. */
  private discard(runId: string): void {
    if (this.gone.has(runId)) return
    this.gone.add(runId)
    this.unsettled.delete(runId)
    this.waiting = this.waiting.filter((event) => runOf(event) !== runId)
    this.notify({
      level: 'warning',
      message: desktopText('notice.runDeleted'),
      hint: desktopText('notice.othersKept'),
    })
    const discarded = this.runs.discard(runId).catch((thrown: unknown) => {
      if (!isGone(thrown)) throw thrown
    })
    this.guard.watch('ending a run', discarded)
  }

  private follow(runId: string): void {
    this.gone.delete(runId)
    this.notified.delete(runId)
    const ended = this.runs.ended(runId).catch((thrown: unknown) => {
      if (isGone(thrown)) this.discard(runId)
      else if (!isStorageFault(thrown)) throw thrown
    })
    this.guard.watch('training', ended)
  }

  private tryLater(): false {
    clearTimeout(this.timer)
    if (!this.closed) {
      this.timer = setTimeout(
        this.guard.wrap('recording a run', () => this.flush()),
        this.retryMs,
      )
    }
    return false
  }
}

const isGone = (thrown: unknown): boolean => thrown instanceof FlowerbedError && thrown.kind === 'not-found'

const isProgressOf = (event: EngineEvent, runId: string): boolean =>
  event.type === 'progress' && event.runId === runId

/** The run that an event is of; null for those that are stored nowhere. */
function runOf(event: EngineEvent): string | null {
  if ('runId' in event) return event.runId
  if ('record' in event) return event.record.runId
  return event.type === 'diagnostics' ? event.diagnostics.runId : null
}

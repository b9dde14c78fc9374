import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'
import type { QueuedRuns } from './queued-runs.ts'

const log = createLogger('queue')

/**
 * Keeps the queue in the store in step with what trains. On a full disk the store stays behind for a while; what it then
 * still lists is known here.
 */
export class QueueUpkeep {
  private readonly queued: QueuedRuns
  /** Runs that could not be taken out. */
  private readonly stale = new Set<string>()

  constructor(queued: QueuedRuns) {
    this.queued = queued
  }

  /** Whether the store lists a run that is out of the queue. */
  isStale(runId: string): boolean {
    return this.stale.has(runId)
  }

  /** Notes that a run trains. */
  begin(runId: string): void {
    this.stale.delete(runId)
    attempt(() => this.queued.begin(runId))
  }

  /** Takes runs out of the queue. */
  drop(runIds: readonly string[]): void {
    for (const id of runIds) this.stale.add(id)
    if (attempt(() => this.queued.remove(runIds))) for (const id of runIds) this.stale.delete(id)
  }

  /** Tries again what could not be written. */
  retry(): void {
    if (this.stale.size > 0) this.drop([...this.stale])
  }

  /** Lets nothing start by itself, or lets it again; with an empty queue nothing is held. */
  hold(held: boolean): void {
    attempt(() => {
      this.queued.held = held && this.queued.waitingFor(null).length > 0
    })
  }
}

function attempt(write: () => void): boolean {
  try {
    write()
    return true
  } catch (thrown) {
    log.warn(`The queue cannot be written: ${toFlowerbedError(thrown).message}`)
    return false
  }
}

import { randomUUID } from 'node:crypto'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'
import { isRunning, thisProcess } from '../files/process-identity.ts'
import type { RunLease } from '../database/repositories/leases.ts'
import type { Store } from '../database/store.ts'

const log = createLogger('leases')

/** How often a holder renews its lease. */
const heartbeatMs = 10_000
/** A holder that cannot be looked at, on another computer or in another container, has ended after this silence. */
const silenceMs = 5 * 60_000

/**
 * The right to train, change or delete a run, held by one process at a time. Taken before anything is changed; free again
 * when it is released or its process has ended.
 */
export class RunLeases {
  private readonly store: Store
  private readonly lost: (runId: string) => void
  private readonly now: () => number
  /** Tokens of the leases held here, by run. */
  private readonly held = new Map<string, string>()
  /** Tokens released here whose rows could not be deleted. */
  private readonly released = new Set<string>()
  private timer: NodeJS.Timeout | undefined

  /** @param lost is called with a run whose lease another process has taken */
  constructor(store: Store, lost: (runId: string) => void, now: () => number = Date.now) {
    this.store = store
    this.lost = lost
    this.now = now
  }

  holds(runId: string): boolean {
    return this.held.has(runId)
  }

  /** Takes a run's lease, or keeps the one held here. @throws FlowerbedError `conflict` naming who holds it */
  claim(runId: string): void {
    const present = this.tryClaim(runId)
    if (present) throw this.refusal(runId, present)
  }

  /** As `claim`, also on a full disk, where a lease that cannot be written would keep a run from making room. */
  claimToDelete(runId: string): void {
    try {
      this.claim(runId)
    } catch (thrown) {
      if (toFlowerbedError(thrown).kind !== 'no-space') throw thrown
      this.checkNotElsewhere(runId)
    }
  }

  /** As `claim`; answers the lease that stands against it, or null when it is held now. */
  tryClaim(runId: string): RunLease | null {
    if (this.held.has(runId)) return null
    const { runs, leases } = this.store
    const now = this.now()
    const lease = {
      token: randomUUID(),
      holder: thisProcess(),
      statusBefore: runs.status(runId),
      takenAt: now,
      heartbeatAt: now,
    }
    const present = leases.take(runs.key(runId), lease, (other) => !this.isHeld(other))
    if (present) return present
    this.held.set(runId, lease.token)
    this.timer ??= setInterval(() => this.beat(), heartbeatMs).unref()
    return null
  }

  /** The lease that another process, or another RunService of this one, holds now. */
  heldElsewhere(runId: string): RunLease | null {
    if (this.held.has(runId)) return null
    const lease = this.present(runId)
    return lease && this.isHeld(lease) ? lease : null
  }

  /** @throws FlowerbedError `conflict` naming the other process that holds a run */
  checkNotElsewhere(runId: string): void {
    const other = this.heldElsewhere(runId)
    if (other) throw this.refusal(runId, other)
  }

  /** The lease that is written down, held or not. */
  present(runId: string): RunLease | null {
    return this.store.leases.find(this.store.runs.key(runId))
  }

  release(runId: string): void {
    const token = this.held.get(runId)
    if (token === undefined) return
    this.held.delete(runId)
    if (this.held.size === 0) this.stopBeating()
    try {
      this.store.leases.release(token)
    } catch (thrown) {
      // It counts no more here, and nowhere when this process ends.
      this.released.add(token)
      log.warn(`The lease of ${runId} stays: ${toFlowerbedError(thrown).message}`)
    }
  }

  /** Runs whose lease is held here. */
  list(): string[] {
    return [...this.held.keys()]
  }

  /** Renews the leases held here; those that another process has taken meanwhile are dropped. */
  beat(): void {
    for (const [runId, token] of this.held) {
      try {
        if (this.store.leases.beat(token, this.now())) continue
      } catch (thrown) {
        // A locked database or a full disk takes nothing away.
        log.warn(`No heartbeat for ${runId}: ${toFlowerbedError(thrown).message}`)
        continue
      }
      this.held.delete(runId)
      log.warn(`The lease of ${runId} is gone`)
      this.lost(runId)
    }
    if (this.held.size === 0) this.stopBeating()
  }

  private stopBeating(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private isHeld({ token, holder, heartbeatAt }: RunLease): boolean {
    if (this.released.has(token)) return false
    const state = isRunning(holder)
    if (state === 'ended') return false
    // An id without a start time may have been given to another process since.
    if (state === 'running' && holder.startedAt !== null) return true
    return this.now() - heartbeatAt < silenceMs
  }

  private refusal(runId: string, { holder, takenAt }: RunLease): FlowerbedError {
    const host = holder.host.split('#')[0]
    const here = isRunning(holder) === 'running'
    const since = new Date(takenAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    const known = { process: holder.pid, since }
    const text = here
      ? errorText('run.trainedHere', known)
      : host
        ? errorText('run.trainedOn', { ...known, computer: host })
        : errorText('run.trainedOnAnother', known)
    return new FlowerbedError('conflict', text, { where: runId })
  }
}

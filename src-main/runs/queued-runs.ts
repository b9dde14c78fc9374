import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isDone, standingAt } from '#shared/run-limits.ts'
import { isDue, isOver, wouldWaitForItself } from '#shared/run-queue.ts'
import { isLive } from '#shared/run-status.ts'
import type { QueueCondition, QueuedState } from '#shared/schemas/queue.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { QueueRow } from '../database/repositories/run-queue.ts'
import type { Store } from '../database/store.ts'
import { remainingSeconds } from './expected-time.ts'
import type { RunService } from './run-service.ts'

const heldKey = 'queueHeld'
const heldTargetsKey = 'queueHeldTargets'
const namesSchema = z.array(z.string()).catch([])

/** How a run is queued. */
export interface QueueOptions extends Partial<QueueCondition> {
  /** Before all others; behind them by default. */
  front?: boolean
  /** The step of the checkpoint to resume from; the latest by default. */
  checkpoint?: number
}

/** The queue of runs in the store and what may be done to it, the same for the app and the command line. */
export class QueuedRuns {
  private readonly store: Store
  private readonly runService: RunService
  private heldHere: boolean | null = null

  constructor({ store, runService }: { store: Store; runService: RunService }) {
    this.store = store
    this.runService = runService
  }

  /** Rows of the queue in its order, the run in training among them. */
  rows(): QueueRow[] {
    return this.store.queue.list()
  }

  /** Ids of the runs that wait for their turn, in its order. */
  waiting(): string[] {
    return this.rows().flatMap(({ runId, status }) => (status === 'queued' ? [runId] : []))
  }

  /** Ids of those that wait to be trained by a target, null for this computer. */
  waitingFor(target: string | null): string[] {
    return this.rows().flatMap((row) => (row.status === 'queued' && row.target === target ? [row.runId] : []))
  }

  state(): QueuedState {
    const rows = this.rows().filter(({ status }) => status === 'queued')
    const earlier = rows.length === 0 ? [] : this.store.runs.list()
    const byId = new Map(earlier.map((run) => [run.id, run]))
    const entries = rows.map(({ runId, startAt, after, afterStatus, target, reason }) => {
      const run = byId.get(runId)
      const seconds = run ? remainingSeconds(run, earlier) : null
      const waitsFor = after !== null && isOver(afterStatus) ? null : after
      return { runId, startAt, after: waitsFor, seconds, target, reason }
    })
    return { entries, held: this.held, heldTargets: this.heldTargets }
  }

  /** Whether nothing starts by itself but at its time; see `QueuedState`. */
  get held(): boolean {
    return this.heldHere ?? this.store.settings.get(heldKey) === true
  }

  set held(held: boolean) {
    if (this.held === held) return
    // Known here also where it cannot be written, as on a full disk.
    this.heldHere = held
    this.store.settings.set(heldKey, held)
    this.heldHere = null
  }

  /** Targets on which nothing starts by itself but at its time. */
  get heldTargets(): string[] {
    return namesSchema.parse(this.store.settings.get(heldTargetsKey))
  }

  /** Lets nothing start by itself on a target, or lets it again; with none that waits for it nothing is held. */
  holdTarget(target: string, held: boolean): void {
    const others = this.heldTargets.filter((name) => name !== target)
    const isHeld = held && this.waitingFor(target).length > 0
    if (isHeld !== this.heldTargets.includes(target))
      this.store.settings.set(heldTargetsKey, isHeld ? [...others, target] : others)
  }

  /**
   * Queues runs in their order; what is queued already moves.
   * @throws FlowerbedError with none of them queued: `conflict` for one that trains or has reached its goal, `not-found`
   * for one whose images were deleted, or for the checkpoint
   */
  add(runIds: readonly string[], options: QueueOptions = {}): void {
    for (const id of runIds) this.checkQueueable(this.store.runs.get(id), options)
    this.store.queue.add(runIds, options)
    this.announce(runIds)
  }

  private checkQueueable(run: RunRecord, { checkpoint, after = null }: QueueOptions): void {
    const { id, name } = run
    if (isLive(run))
      throw new FlowerbedError('conflict', errorText('queue.inTraining', { name }), { where: id })
    if (run.datasetId === null) throw new FlowerbedError('not-found', errorText('run.imagesDeleted'))
    if (isDone(checkpoint === undefined ? run : standingAt(run, checkpoint)))
      throw new FlowerbedError('conflict', errorText('queue.reachedGoal', { name }), { where: id })
    if (checkpoint !== undefined) this.runService.checkpoints.choose(id, checkpoint)
    this.checkAfter(run, after)
  }

  /** Takes runs out of the queue; they go back to the status that they had before. */
  remove(runIds: readonly string[]): void {
    const queued = this.rows().flatMap(({ runId }) => (runIds.includes(runId) ? [runId] : []))
    if (queued.length === 0) return
    this.store.queue.remove(queued)
    this.announce(queued)
  }

  /**
   * Moves a queued run to a position among those that wait, 0 being the first.
   * @throws FlowerbedError `conflict` for one that is not queued
   */
  move(runId: string, position: number): void {
    this.checkQueued(runId)
    const others = this.waiting().filter((id) => id !== runId)
    const trained = this.rows().flatMap(({ runId: id, status }) => (status === 'queued' ? [] : [id]))
    this.store.queue.reorder([...trained, ...others.toSpliced(position, 0, runId)])
  }

  /**
   * Changes when a queued run may start.
   * @throws FlowerbedError `conflict` for one that is not queued, or that would wait for itself
   */
  schedule(runId: string, condition: QueueCondition): void {
    this.checkQueued(runId)
    this.checkAfter(this.store.runs.get(runId), condition.after)
    this.store.queue.schedule(runId, condition)
  }

  /**
   * Has another target, or with null this computer, train a queued run.
   * @throws FlowerbedError `conflict` for one that is not queued, `not-found` for the target, `bad-input` for a run of several processes
   */
  setTarget(runId: string, target: string | null): void {
    this.checkQueued(runId)
    this.checkTarget(runId, target)
    this.store.runs.update(runId, { target })
    this.store.queue.noteReason(runId, null)
    this.announce([runId])
  }

  /** @throws FlowerbedError `not-found` for a name that is no target, `bad-input` for a run of several processes */
  checkTarget(runId: string, target: string | null): void {
    if (target === null) return
    this.store.targets.get(target)
    if (this.store.runs.get(runId).workers)
      throw new FlowerbedError('bad-input', errorText('remote.noWorkers', { name: target }))
  }

  /**
   * The first run that may start now on this computer, or on a target: of those that wait, or here one that trained when its
   * process ended. Null without one.
   */
  next(options: { now?: number; target?: string | null } = {}): QueueRow | null {
    return this.due(options)[0] ?? null
  }

  /** All runs that may start now on this computer, or on a target, in their order. */
  due({ now = Date.now(), target = null }: { now?: number; target?: string | null } = {}): QueueRow[] {
    const held = target === null ? this.held : this.heldTargets.includes(target)
    return this.rows().filter((row) => {
      const { status, afterStatus } = row
      if (row.target !== target || status === null || isLive({ status })) return false
      // What trains on a target is followed on there.
      if (status !== 'queued' && (target !== null || isOver(status))) return false
      return isDue(row, { now, held, afterStatus })
    })
  }

  /** What a queued run resumes from. */
  optionsOf(runId: string): { checkpoint?: number } {
    const checkpoint = this.rows().find((row) => row.runId === runId)?.checkpoint ?? null
    return checkpoint === null ? {} : { checkpoint }
  }

  /** Notes that a run trains, so that it comes first after a restart. */
  begin(runId: string): void {
    this.store.queue.begin(runId)
  }

  private checkQueued(runId: string): void {
    if (this.waiting().includes(runId)) return
    const { name } = this.store.runs.get(runId)
    throw new FlowerbedError('conflict', errorText('queue.notQueued', { name }), { where: runId })
  }

  private checkAfter({ id, name }: RunRecord, after: string | null): void {
    if (after === null) return
    const other = this.store.runs.get(after)
    if (wouldWaitForItself(this.rows(), id, after))
      throw new FlowerbedError('conflict', errorText('queue.circle', { name, after: other.name }), {
        where: id,
      })
  }

  private announce(runIds: readonly string[]): void {
    for (const id of runIds) this.runService.announce(id)
  }
}

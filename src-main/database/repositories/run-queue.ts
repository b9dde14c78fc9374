import { z } from 'zod'
import { liveStatuses } from '#shared/run-status.ts'
import type { QueueCondition } from '#shared/schemas/queue.ts'
import { deviceChoiceSchema, runStatusSchema } from '#shared/schemas/run.ts'
import type { RunStatus } from '#shared/schemas/run.ts'
import type { ChosenDevices } from '#shared/training-devices.ts'
import { workerChoiceSchema } from '#shared/workers.ts'
import { freeingSpace, inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'

/** A run in the queue: it waits for its turn, or trains and has not ended. */
export interface QueueRow extends QueueCondition, ChosenDevices {
  runId: string
  /** Of the run now; null for one that this version does not know. */
  status: RunStatus | null
  experimentId: string | null
  /** The target that is to train it; null for this computer. */
  target: string | null
  /** Status of the run that it waits for; null without one. */
  afterStatus: RunStatus | null
  /** The step of the checkpoint to resume from; null for the latest. */
  checkpoint: number | null
  /** Why it could not be started when its turn came; null where nothing is wrong. */
  reason: string | null
}

interface Row {
  id: string
  status: string
  experiment_id: string | null
  target: string | null
  device_choice: string
  workers: string | null
  checkpoint: number | null
  start_at: number | null
  after_id: string | null
  after_status: string | null
  reason: string | null
}

/** A column that may be damaged. */
const workersSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(workerChoiceSchema)
  .nullable()
  .catch(null)
const known = (status: string | null): RunStatus | null => runStatusSchema.safeParse(status).data ?? null

/** The queue of runs, in its order. What is added gets the status `queued` in the same transaction. */
export class RunQueueRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  list(): QueueRow[] {
    const rows = this.db
      .prepare(
        `SELECT runs.id, runs.status, runs.experiment_id, runs.target, runs.device_choice, runs.workers, checkpoint, start_at, reason,
           other.id AS after_id, other.status AS after_status
         FROM run_queue JOIN runs ON runs.key = run_queue.run
         LEFT JOIN runs AS other ON other.key = after_run ORDER BY position, run_queue.run`,
      )
      .all() as Row[]
    return rows.map((row) => ({
      runId: row.id,
      status: known(row.status),
      experimentId: row.experiment_id,
      target: row.target,
      deviceChoice: deviceChoiceSchema.catch('auto').parse(row.device_choice),
      workers: workersSchema.parse(row.workers),
      checkpoint: row.checkpoint,
      startAt: row.start_at,
      after: row.after_id,
      afterStatus: known(row.after_status),
      reason: row.reason,
    }))
  }

  /**
   * Queues runs, those that a process trains aside; one that is queued already moves there.
   * @param options.front before all others, else behind them
   */
  add(
    runIds: readonly string[],
    options: { front?: boolean; checkpoint?: number | null } & Partial<QueueCondition> = {},
  ): void {
    const { front = false, checkpoint = null, startAt = null, after = null } = options
    inTransaction(this.db, () => {
      for (const id of runIds) this.insert(id, { checkpoint, startAt, after })
      for (const id of runIds)
        this.db
          .prepare(
            `UPDATE runs SET status = 'queued' WHERE id = ? AND status NOT IN (${liveStatuses.map(() => '?').join(', ')})`,
          )
          .run(id, ...liveStatuses)
      const others = this.ids().filter((id) => !runIds.includes(id))
      this.number(front ? [...runIds, ...others] : [...others, ...runIds])
    })
  }

  /** Notes that a run trains: it comes first, as after a restart, and resumes from its latest checkpoint then. */
  begin(runId: string): void {
    inTransaction(this.db, () => {
      this.insert(runId, { checkpoint: null, startAt: null, after: null })
      this.db
        .prepare(
          `UPDATE run_queue SET checkpoint = NULL, start_at = NULL, after_run = NULL
           WHERE run = (SELECT key FROM runs WHERE id = ?)`,
        )
        .run(runId)
      this.number([runId, ...this.ids().filter((id) => id !== runId)])
    })
  }

  /** Removes runs; those that still wait get the status that they had before. */
  remove(runIds: readonly string[]): void {
    freeingSpace(this.db, () => {
      inTransaction(this.db, () => {
        for (const id of runIds) {
          this.db
            .prepare(
              `UPDATE runs SET status = (SELECT status_before FROM run_queue WHERE run = runs.key)
               WHERE id = ? AND status = 'queued' AND EXISTS (SELECT 1 FROM run_queue WHERE run = runs.key)`,
            )
            .run(id)
          this.db.prepare('DELETE FROM run_queue WHERE run = (SELECT key FROM runs WHERE id = ?)').run(id)
        }
      })
    })
  }

  /** Puts the runs into this order; others stay behind them. */
  reorder(runIds: readonly string[]): void {
    inTransaction(this.db, () => {
      const present = this.ids()
      const first = runIds.filter((id) => present.includes(id))
      this.number([...first, ...present.filter((id) => !first.includes(id))])
    })
  }

  /** Changes when a run may start. */
  schedule(runId: string, { startAt, after }: QueueCondition): void {
    this.db
      .prepare(
        `UPDATE run_queue SET start_at = ?, after_run = (SELECT key FROM runs WHERE id = ?)
         WHERE run = (SELECT key FROM runs WHERE id = ?)`,
      )
      .run(startAt, after, runId)
  }

  /** Notes why a run could not be started, or with null that nothing is wrong any more. */
  noteReason(runId: string, reason: string | null): void {
    this.db
      .prepare('UPDATE run_queue SET reason = ? WHERE run = (SELECT key FROM runs WHERE id = ?)')
      .run(reason, runId)
  }

  private insert(
    runId: string,
    { checkpoint, startAt, after }: QueueCondition & { checkpoint: number | null },
  ): void {
    this.db
      .prepare(
        `INSERT INTO run_queue (run, position, status_before, checkpoint, start_at, after_run)
         SELECT key, 0, status, ?, ?, (SELECT key FROM runs WHERE id = ?) FROM runs WHERE id = ?
         ON CONFLICT (run) DO UPDATE SET status_before = excluded.status_before
           WHERE excluded.status_before <> 'queued'`,
      )
      .run(checkpoint, startAt, after, runId)
  }

  private ids(): string[] {
    const rows = this.db
      .prepare(
        'SELECT runs.id FROM run_queue JOIN runs ON runs.key = run_queue.run ORDER BY position, run_queue.run',
      )
      .all()
    return (rows as { id: string }[]).map(({ id }) => id)
  }

  private number(runIds: readonly string[]): void {
    const update = this.db.prepare(
      'UPDATE run_queue SET position = ? WHERE run = (SELECT key FROM runs WHERE id = ?)',
    )
    runIds.forEach((id, position) => update.run(position, id))
  }
}

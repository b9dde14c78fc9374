import { checkpointRecordSchema } from '#shared/schemas/run.ts'
import type { CheckpointRecord, SavedCheckpoint } from '#shared/schemas/run.ts'
import { inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'
import { UnreadableRows } from '../unreadable.ts'

interface Row {
  run_id: string
  step: number
  file: string
  sha256: string
  bytes: number
  loss: number | null
  pinned: number
  damaged: number
  created_at: number
}

/** Given a time and a run: that time, or 1 ms after the run's other checkpoints where the clock was set back. */
const after = 'max(?, 1 + coalesce((SELECT max(created_at) FROM checkpoints WHERE run = ?), -1))'
function toRecord(row: Row, best: boolean): CheckpointRecord {
  return checkpointRecordSchema.parse({
    runId: row.run_id,
    step: row.step,
    file: row.file,
    sha256: row.sha256,
    bytes: row.bytes,
    // JSON cannot represent a loss that is not finite.
    loss: Number.isFinite(row.loss) ? row.loss : null,
    best,
    pinned: row.pinned === 1,
    damaged: row.damaged === 1,
    createdAt: row.created_at,
  })
}

/** Checkpoints: their files and SHA-256. */
export class CheckpointRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** Records a checkpoint; one of the same step is replaced and stays pinned if it was. */
  save(run: number, record: SavedCheckpoint): void {
    this.db
      .prepare(
        `INSERT INTO checkpoints (run, file, step, sha256, bytes, loss, created_at) VALUES (?, ?, ?, ?, ?, ?, ${after})
         ON CONFLICT (run, file) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes,
           loss = excluded.loss, created_at = excluded.created_at, damaged = 0`,
      )
      .run(run, record.file, record.step, record.sha256, record.bytes, record.loss, record.createdAt, run)
  }

  /** Another file takes the place of a checkpoint's, which stays as old, as good and as pinned as it was. */
  replace(run: number, file: string, by: Pick<SavedCheckpoint, 'file' | 'sha256' | 'bytes'>): void {
    this.db
      .prepare(
        'UPDATE checkpoints SET file = ?, sha256 = ?, bytes = ?, damaged = 0 WHERE run = ? AND file = ?',
      )
      .run(by.file, by.sha256, by.bytes, run, file)
  }

  /** Newest step first. */
  list(run: number): CheckpointRecord[] {
    const rows = this.db
      .prepare(
        `SELECT checkpoints.*, runs.id AS run_id FROM checkpoints JOIN runs ON runs.key = checkpoints.run
         WHERE run = ? ORDER BY checkpoints.step DESC`,
      )
      .all(run) as Row[]
    const best = bestOf(rows)
    const reading = {
      kind: 'checkpoint',
      id: (row: Row) => `${row.run_id}/${row.file}`,
      read: (row: Row) => toRecord(row, row === best),
    } as const
    return this.unreadable.readable(rows, reading, `checkpoints of ${run}`)
  }

  /** Of all checkpoints of a run, also of those that cannot be read. */
  files(run: number): string[] {
    const rows = this.db.prepare('SELECT file FROM checkpoints WHERE run = ?').all(run)
    return (rows as { file: string }[]).map(({ file }) => file)
  }

  pin(run: number, file: string, pinned: boolean): void {
    this.db
      .prepare('UPDATE checkpoints SET pinned = ? WHERE run = ? AND file = ?')
      .run(Number(pinned), run, file)
  }

  /** Marks a checkpoint that could not be read, or one that could be read again. */
  setDamaged(run: number, file: string, damaged: boolean): void {
    this.db
      .prepare('UPDATE checkpoints SET damaged = ? WHERE run = ? AND file = ?')
      .run(Number(damaged), run, file)
  }

  /** Makes a checkpoint the latest, since training resumed from it: later ones belong to an abandoned continuation. */
  makeLatest(run: number, file: string, now: number): void {
    this.db
      .prepare(`UPDATE checkpoints SET damaged = 0, created_at = ${after} WHERE run = ? AND file = ?`)
      .run(now, run, run, file)
  }

  /** Removes the rows of deleted checkpoints. */
  forget(run: number, files: string[]): void {
    const remove = this.db.prepare('DELETE FROM checkpoints WHERE run = ? AND file = ?')
    inTransaction(this.db, () => {
      for (const file of files) remove.run(run, file)
    })
  }
}

/** The lowest loss, the first of equals. */
function bestOf<T extends { loss: number | null; damaged: number }>(checkpoints: T[]): T | null {
  let best: T | null = null
  let lowest = Infinity
  for (const checkpoint of checkpoints) {
    if (checkpoint.damaged === 1 || checkpoint.loss === null || checkpoint.loss >= lowest) continue
    best = checkpoint
    lowest = checkpoint.loss
  }
  return best
}

import { checkpointRecordSchema } from '#contract/run.ts'
import type { CheckpointRecord } from '#contract/run.ts'
import type { Database } from './driver.ts'

interface Row {
  run_id: string
  step: number
  file: string
  sha256: string
  bytes: number
  pinned: number
  created_at: number
}

/** Saved training states and the hashes their bytes must have. */
export class CheckpointRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** Records a save, and that others were deleted to make room. */
  save(run: number, record: CheckpointRecord, deleted: string[] = []): void {
    this.db.transaction(() => {
      this.db
        .prepare(
          `INSERT OR REPLACE INTO checkpoints (run, file, step, sha256, bytes, pinned, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          run,
          record.file,
          record.step,
          record.sha256,
          record.bytes,
          Number(record.pinned),
          record.createdAt,
        )
      const remove = this.db.prepare('DELETE FROM checkpoints WHERE run = ? AND file = ?')
      for (const file of deleted) remove.run(run, file)
    })()
  }

  /** Newest step first. */
  list(run: number): CheckpointRecord[] {
    const rows = this.db
      .prepare(
        `SELECT checkpoints.*, runs.id AS run_id FROM checkpoints JOIN runs ON runs.key = checkpoints.run
         WHERE run = ? ORDER BY checkpoints.step DESC`,
      )
      .all(run) as Row[]
    return rows.map((row) =>
      checkpointRecordSchema.parse({
        runId: row.run_id,
        step: row.step,
        file: row.file,
        sha256: row.sha256,
        bytes: row.bytes,
        pinned: row.pinned === 1,
        createdAt: row.created_at,
      }),
    )
  }
}

import { sampleRecordSchema } from '#shared/schemas/run.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row extends Omit<SampleRecord, 'runId' | 'shape' | 'solverSteps' | 'createdAt'> {
  run_id: string
  shape: string
  solver_steps: number
  created_at: number
}

const reading = {
  kind: 'sample',
  id: (row: Row) => row.id,
  read: (row: Row): SampleRecord =>
    sampleRecordSchema.parse({
      ...row,
      runId: row.run_id,
      shape: parsedJson(row.shape, 'shape'),
      solverSteps: row.solver_steps,
      createdAt: row.created_at,
    }),
} as const

/** Sample sheets. */
export class SampleRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  save(run: number, record: SampleRecord): void {
    this.db
      .prepare(
        `INSERT OR REPLACE INTO samples
           (id, run, step, kind, file, count, columns, shape, seed, solver, solver_steps, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        record.id,
        run,
        record.step,
        record.kind,
        record.file,
        record.count,
        record.columns,
        JSON.stringify(record.shape),
        record.seed,
        record.solver,
        record.solverSteps,
        record.createdAt,
      )
  }

  /** By step, then age. */
  list(run: number): SampleRecord[] {
    const rows = this.db
      .prepare(
        `SELECT samples.*, runs.id AS run_id FROM samples JOIN runs ON runs.key = samples.run
         WHERE run = ? ORDER BY samples.step, samples.created_at`,
      )
      .all(run) as Row[]
    return this.unreadable.readable(rows, reading, `samples of ${run}`)
  }
}

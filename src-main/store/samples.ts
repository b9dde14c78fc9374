import { sampleRecordSchema } from '#contract/run.ts'
import type { SampleRecord } from '#contract/run.ts'
import type { Database } from './driver.ts'

interface Row extends Omit<SampleRecord, 'runId' | 'shape' | 'solverSteps' | 'createdAt'> {
  run_id: string
  shape: string
  solver_steps: number
  created_at: number
}

/** Sheets of drawn pictures. */
export class SampleRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
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
    return rows.map((row) =>
      sampleRecordSchema.parse({
        ...row,
        runId: row.run_id,
        shape: JSON.parse(row.shape) as unknown,
        solverSteps: row.solver_steps,
        createdAt: row.created_at,
      }),
    )
  }
}

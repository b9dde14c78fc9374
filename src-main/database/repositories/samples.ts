import { sampleRecordSchema, sampleSettingsSchema } from '#shared/schemas/run.ts'
import type { SampleRecord, SampleSettings } from '#shared/schemas/run.ts'
import { freeingSpace, inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row extends Omit<SampleRecord, 'runId' | 'shape' | 'solverSteps' | 'settings' | 'createdAt'> {
  run_id: string
  shape: string
  solver_steps: number
  settings: string | null
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
      settings: settingsOf(row.settings),
      createdAt: row.created_at,
    }),
} as const

/** Settings that cannot be read are as if they were not recorded. */
function settingsOf(text: string | null): SampleSettings | null {
  if (text === null) return null
  return sampleSettingsSchema.safeParse(parsedJson(text, 'settings')).data ?? null
}

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
        // Not INSERT OR REPLACE, which would delete the marks of its images.
        `INSERT INTO samples
           (id, run, step, kind, file, count, columns, shape, seed, solver, solver_steps, created_at, settings)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET run = excluded.run, step = excluded.step, kind = excluded.kind,
           file = excluded.file, count = excluded.count, columns = excluded.columns, shape = excluded.shape,
           seed = excluded.seed, solver = excluded.solver, solver_steps = excluded.solver_steps,
           created_at = excluded.created_at, settings = excluded.settings`,
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
        record.settings && JSON.stringify(record.settings),
      )
  }

  /** With the marks of their images; the caller deletes the files. */
  delete(ids: readonly string[]): void {
    const remove = this.db.prepare('DELETE FROM samples WHERE id = ?')
    freeingSpace(this.db, () =>
      inTransaction(this.db, () => {
        for (const id of ids) remove.run(id)
      }),
    )
  }

  /** The latest grid of fixed seeds of every run that has one. */
  latestGrids(): SampleRecord[] {
    const rows = this.db
      .prepare(
        `SELECT samples.*, runs.id AS run_id FROM runs JOIN samples ON samples.id =
           (SELECT id FROM samples WHERE run = runs.key AND kind = 'grid' ORDER BY step DESC, created_at DESC LIMIT 1)`,
      )
      .all() as Row[]
    return this.unreadable.readable(rows, reading, 'latest samples')
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

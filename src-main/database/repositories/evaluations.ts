import { evaluationSchema } from '#shared/schemas/evaluation.ts'
import type { Evaluation, EvaluationRecord } from '#shared/schemas/evaluation.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  id: number
  created_at: number
  document: string
}

const reading = {
  kind: 'evaluation',
  id: (row: Row) => String(row.id),
  read: (row: Row): EvaluationRecord => ({
    ...evaluationSchema.parse(parsedJson(row.document, 'document')),
    createdAt: row.created_at,
  }),
} as const

/** What was measured of runs' samples. */
export class EvaluationRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  add(run: number, evaluation: Evaluation): EvaluationRecord {
    const createdAt = Date.now()
    this.db
      .prepare('INSERT INTO evaluations (run, step, created_at, document) VALUES (?, ?, ?, ?)')
      .run(run, evaluation.step, createdAt, JSON.stringify(evaluation))
    return { ...evaluation, createdAt }
  }

  /** The latest step first, of one step the newest. */
  list(run: number): EvaluationRecord[] {
    const rows = this.db
      .prepare(
        'SELECT id, created_at, document FROM evaluations WHERE run = ? ORDER BY step DESC, created_at DESC, id DESC',
      )
      .all(run) as Row[]
    return this.unreadable.readable(rows, reading, `evaluations of ${run}`)
  }
}

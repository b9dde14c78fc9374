import { comparedSchema, keptEvaluationSchema } from '#shared/schemas/evaluation.ts'
import type { Compared, EvaluationRecord, KeptEvaluation } from '#shared/schemas/evaluation.ts'
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
    ...keptEvaluationSchema.parse(parsedJson(row.document, 'document')),
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

  add(run: number, evaluation: KeptEvaluation): EvaluationRecord {
    const createdAt = Date.now()
    this.db
      .prepare('INSERT INTO evaluations (run, step, created_at, document) VALUES (?, ?, ?, ?)')
      .run(run, evaluation.step, createdAt, JSON.stringify(evaluation))
    return { ...evaluation, createdAt }
  }

  /** The kernel distance of the latest evaluation of every run that has one, by the run's id. */
  latestKernelDistances(): Record<string, Compared> {
    const rows = this.db
      .prepare(
        `SELECT runs.id, json_extract(document, '$.measures.kernelDistance') AS measure
         FROM runs JOIN evaluations ON evaluations.id = (SELECT id FROM evaluations WHERE run = runs.key
           ORDER BY step DESC, created_at DESC, id DESC LIMIT 1)
         WHERE json_valid(document)`,
      )
      .all() as { id: string; measure: string | null }[]
    return Object.fromEntries(
      rows.flatMap(({ id, measure }) => {
        const { data } = comparedSchema.safeParse(measure === null ? null : JSON.parse(measure))
        return data ? [[id, data]] : []
      }),
    )
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

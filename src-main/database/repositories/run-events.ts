import { runEventSchema } from '#shared/schemas/run-event.ts'
import type { NewRunEvent, RunEvent } from '#shared/schemas/run-event.ts'
import type { Database } from '../driver.ts'

interface Row {
  step: number
  kind: string
  detail: string
  at: number
}

/** Events of runs other than training steps. */
export class RunEventRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  add(run: number, { kind, step, detail }: NewRunEvent): void {
    this.db
      .prepare('INSERT INTO run_events (run, step, kind, detail, at) VALUES (?, ?, ?, ?, ?)')
      .run(run, step, kind, JSON.stringify(detail), Date.now())
  }

  /** By time; kinds that only a newer version knows are left out. */
  list(run: number): RunEvent[] {
    const rows = this.db
      .prepare('SELECT step, kind, detail, at FROM run_events WHERE run = ? ORDER BY id')
      .all(run) as Row[]
    return rows.flatMap(({ detail, ...row }) => {
      const parsed = runEventSchema.safeParse({ ...row, detail: JSON.parse(detail) as unknown })
      return parsed.success ? [parsed.data] : []
    })
  }
}

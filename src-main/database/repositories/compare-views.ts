import { randomUUID } from 'node:crypto'
import { compareViewSchema } from '#shared/schemas/compare-view.ts'
import type { CompareView, SavedView } from '#shared/schemas/compare-view.ts'
import type { Database } from '../driver.ts'

interface Row {
  id: string
  name: string
  document: string
  updatedAt: number
}

/** Comparisons of runs that the user saved by name. */
export class CompareViewRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** By name; those that only a newer version can read are left out. */
  list(): SavedView[] {
    const rows = this.db
      .prepare('SELECT id, name, document, updated_at AS updatedAt FROM compare_views ORDER BY name')
      .all() as Row[]
    return rows.flatMap(({ document, ...row }) => {
      const { data } = compareViewSchema.safeParse(parsed(document))
      return data ? [{ ...row, view: data }] : []
    })
  }

  /** Saves a view; one of the same name is replaced. */
  save(name: string, view: CompareView): void {
    this.db
      .prepare(
        `INSERT INTO compare_views (id, name, document, updated_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
      )
      .run(randomUUID(), name, JSON.stringify(view), Date.now())
  }

  remove(id: string): void {
    this.db.prepare('DELETE FROM compare_views WHERE id = ?').run(id)
  }
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    return null
  }
}

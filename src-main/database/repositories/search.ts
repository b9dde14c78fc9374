import type { Database } from '../driver.ts'

/** Full-text search over what runs and datasets are called and what the user says of them. */
export class SearchRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** Ids of the runs that have every word of a text, or one that begins with it, in name, note, tags, dataset or preset. */
  runs(text: string): string[] {
    return this.found(
      'SELECT runs.id FROM run_search JOIN runs ON runs.key = run_search.rowid WHERE run_search MATCH ?',
      text,
    )
  }

  /** Ids of the datasets that have every word of a text in name, note, tags or the names of their folders. */
  datasets(text: string): string[] {
    return this.found('SELECT id FROM dataset_search WHERE dataset_search MATCH ?', text)
  }

  private found(sql: string, text: string): string[] {
    const query = ftsQuery(text)
    if (query === '') return []
    return (this.db.prepare(sql).all(query) as { id: string }[]).map(({ id }) => id)
  }
}

/** A text as FTS5 takes it: each word quoted, since signs mean something there, and taken for the beginning of one. */
export function ftsQuery(text: string): string {
  return text
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => `"${word.replaceAll('"', '""')}"*`)
    .join(' ')
}

import type { Migration } from './migration.ts'

/** Comparisons of runs that the user saved by name. */
export const migration0130: Migration = {
  version: 130,
  sql: `
    CREATE TABLE compare_views (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      -- Runs, columns, order and metrics, as JSON.
      document TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}

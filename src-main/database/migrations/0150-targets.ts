import type { Migration } from './migration.ts'

/** Machines and clusters that train runs; `report` is what the target last said of itself. */
export const migration0150: Migration = {
  version: 150,
  sql: `
    CREATE TABLE targets (
      name TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      document TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      seen_at INTEGER,
      report TEXT
    ) STRICT;
  `,
}

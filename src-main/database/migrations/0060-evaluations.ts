import type { Migration } from './migration.ts'

/** Evaluations of runs as JSON documents (`src-shared/schemas/evaluation.ts`), which no query looks into. */
export const migration0060: Migration = {
  version: 60,
  sql: `
    CREATE TABLE evaluations (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX evaluations_by_run ON evaluations (run, step);
  `,
}

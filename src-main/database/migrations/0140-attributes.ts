import type { Migration } from './migration.ts'

/** Named directions in the latent space of a run: float32, little-endian. */
export const migration0140: Migration = {
  version: 140,
  sql: `
    CREATE TABLE attributes (
      id TEXT PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      name TEXT NOT NULL,
      document TEXT NOT NULL,
      direction BLOB NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX attributes_by_run ON attributes (run, created_at);
  `,
}

import type { Migration } from './migration.ts'

/** Pairs of images whose interpolation is generated again and again, and its frames: compressed pixels. */
export const migration0141: Migration = {
  version: 141,
  sql: `
    CREATE TABLE pinned_pairs (
      id TEXT PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      images TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX pinned_pairs_by_run ON pinned_pairs (run, created_at);
    CREATE TABLE pinned_rows (
      pair TEXT NOT NULL REFERENCES pinned_pairs (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      shape TEXT NOT NULL,
      pixels BLOB NOT NULL,
      PRIMARY KEY (pair, step)
    ) STRICT;
  `,
}

import type { Migration } from './migration.ts'

/** What sheets were sampled with, and what the user says of single images of them. */
export const migration0090: Migration = {
  version: 90,
  sql: `
    ALTER TABLE samples ADD COLUMN settings TEXT;
    CREATE TABLE sample_marks (
      sample TEXT NOT NULL REFERENCES samples (id) ON DELETE CASCADE,
      image INTEGER NOT NULL,
      starred INTEGER NOT NULL DEFAULT 0,
      hidden INTEGER NOT NULL DEFAULT 0,
      collections TEXT NOT NULL DEFAULT '[]',
      changed_at INTEGER NOT NULL,
      PRIMARY KEY (sample, image)
    ) STRICT, WITHOUT ROWID;
  `,
}

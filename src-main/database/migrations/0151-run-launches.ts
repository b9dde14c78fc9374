import type { Migration } from './migration.ts'

/**
 * Where a run trains, null for this computer, and its last launch on a target: how much of the journal there is recorded,
 * and what the user wants of it and it has not been told yet.
 */
export const migration0151: Migration = {
  version: 151,
  sql: `
    ALTER TABLE runs ADD COLUMN target TEXT;
    CREATE TABLE run_launches (
      run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
      target TEXT NOT NULL,
      launch_id TEXT NOT NULL,
      -- What changes in the run when the launch has begun.
      options TEXT NOT NULL,
      -- Bytes of the journal that are recorded here; null until the launch is sent.
      journal_offset INTEGER,
      job TEXT NOT NULL,
      wishes TEXT NOT NULL,
      contact_at INTEGER,
      is_open INTEGER NOT NULL
    ) STRICT;
  `,
}

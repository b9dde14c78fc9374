import type { Migration } from './migration.ts'

/**
 * Runs that wait for their turn, and the one in training, which comes first after a restart. A queued run goes back to its
 * status before when it is removed.
 */
export const migration0110: Migration = {
  version: 110,
  sql: `
    CREATE TABLE run_queue (
      run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      status_before TEXT NOT NULL,
      -- The step of the checkpoint to resume from; null for the latest.
      checkpoint INTEGER,
      -- Not before this time, in ms since 1970.
      start_at INTEGER,
      -- Not before this run has ended.
      after_run INTEGER REFERENCES runs (key) ON DELETE SET NULL
    ) STRICT;
    CREATE INDEX run_queue_by_after ON run_queue (after_run);
  `,
}

import type { Migration } from './migration.ts'

/**
 * Who trains a run is a lease with the identity of its process, not a bare process id, which the system gives to another
 * process later. Events say what was changed in a run; a checkpoint that cannot be read is known as damaged.
 */
export const migration0040: Migration = {
  version: 40,
  sql: `
    CREATE TABLE run_leases (
      run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
      token TEXT NOT NULL UNIQUE,
      pid INTEGER NOT NULL,
      -- When the process started; null where the system does not tell.
      started_at TEXT,
      host TEXT NOT NULL,
      -- The run's status before, to go back to when training never began.
      status_before TEXT NOT NULL,
      taken_at INTEGER NOT NULL,
      heartbeat_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO run_leases (run, token, pid, started_at, host, status_before, taken_at, heartbeat_at)
      SELECT key, 'before-40-' || key, owner, NULL, '', status, updated_at, updated_at FROM runs WHERE owner IS NOT NULL;
    ALTER TABLE runs DROP COLUMN owner;

    CREATE TABLE run_events (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      kind TEXT NOT NULL,
      detail TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX run_events_by_run ON run_events (run, id);

    ALTER TABLE checkpoints ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0;
  `,
}

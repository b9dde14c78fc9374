import type { Migration } from './migration.ts'

/** Runs that belong together. A run outlives its experiment; an experiment does not outlive its last run. */
export const migration0030: Migration = {
  version: 30,
  sql: `
    CREATE TABLE experiments (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX experiments_by_dataset ON experiments (dataset_id);

    ALTER TABLE runs ADD COLUMN experiment_id TEXT REFERENCES experiments (id) ON DELETE SET NULL;
    CREATE INDEX runs_by_experiment ON runs (experiment_id, created_at, key);

    CREATE TRIGGER last_run_of_experiment AFTER DELETE ON runs
    WHEN old.experiment_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM runs WHERE experiment_id = old.experiment_id)
    BEGIN
      DELETE FROM experiments WHERE id = old.experiment_id;
    END;
  `,
}

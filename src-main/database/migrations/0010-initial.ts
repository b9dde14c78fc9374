import type { Migration } from './migration.ts'

export const migration0010: Migration = {
  version: 10,
  sql: `
    CREATE TABLE datasets (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      directory TEXT NOT NULL,
      shape TEXT NOT NULL,
      count INTEGER NOT NULL,
      labels TEXT NOT NULL,
      sources TEXT NOT NULL,
      problem_count INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      note TEXT NOT NULL DEFAULT '',
      starred INTEGER NOT NULL DEFAULT 0,
      status TEXT NOT NULL,
      preset TEXT NOT NULL,
      config TEXT NOT NULL,
      dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
      dataset_name TEXT NOT NULL,
      picture_count INTEGER NOT NULL,
      shape TEXT NOT NULL,
      device_choice TEXT NOT NULL,
      machine TEXT,
      step INTEGER NOT NULL DEFAULT 0,
      trained_seconds REAL NOT NULL DEFAULT 0,
      losses TEXT NOT NULL DEFAULT '{}',
      steps_per_second REAL NOT NULL DEFAULT 0,
      error TEXT,
      -- The process that trains it; null when none does.
      owner INTEGER,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_dataset ON runs (dataset_id);

    CREATE TABLE run_tags (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (run, tag)
    ) STRICT, WITHOUT ROWID;

    -- The names that a row of numbers stands for, so that a point is one short row.
    CREATE TABLE metric_names (
      id INTEGER PRIMARY KEY,
      names TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE metrics (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      seconds REAL NOT NULL,
      names INTEGER NOT NULL REFERENCES metric_names (id),
      numbers BLOB NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE samples (
      id TEXT PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      kind TEXT NOT NULL,
      file TEXT NOT NULL,
      count INTEGER NOT NULL,
      columns INTEGER NOT NULL,
      shape TEXT NOT NULL,
      seed INTEGER NOT NULL,
      solver TEXT NOT NULL,
      solver_steps INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX samples_by_run ON samples (run, step);

    CREATE TABLE checkpoints (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      file TEXT NOT NULL,
      step INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      pinned INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run, file)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE recent_folders (path TEXT PRIMARY KEY, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
}

import type { Migration } from './migration.ts'

/** Images that are excluded by hand, those that each run left out (JSON), and which import took another's place. */
export const migration0121: Migration = {
  version: 121,
  sql: `
    CREATE TABLE excluded_images (
      dataset TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
      image INTEGER NOT NULL,
      PRIMARY KEY (dataset, image)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE runs ADD COLUMN excluded TEXT;
    ALTER TABLE datasets ADD COLUMN replaced_by TEXT REFERENCES datasets (id) ON DELETE SET NULL;
  `,
}

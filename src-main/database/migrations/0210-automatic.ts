import type { Migration } from './migration.ts'

/** What a run's preset chose and by which speed; `balanced` is another preset now, and what it was has another name. */
export const migration0210: Migration = {
  version: 210,
  sql: `
    ALTER TABLE runs ADD COLUMN automatic TEXT;
    UPDATE runs SET preset = 'pixel-posterior' WHERE preset = 'balanced';
  `,
}

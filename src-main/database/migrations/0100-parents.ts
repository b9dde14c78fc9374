import type { Migration } from './migration.ts'

/** Whose weights a run started from, as JSON: id, name and step of the other run, which may be deleted since. */
export const migration0100: Migration = {
  version: 100,
  sql: 'ALTER TABLE runs ADD COLUMN parent TEXT',
}

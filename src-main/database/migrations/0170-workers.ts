import type { Migration } from './migration.ts'

/** The processes that train a run together; NULL where the engine trains it alone. */
export const migration0170: Migration = {
  version: 170,
  sql: `ALTER TABLE runs ADD COLUMN workers TEXT;`,
}

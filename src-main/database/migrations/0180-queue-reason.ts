import type { Migration } from './migration.ts'

/** Why a queued run could not be started when its turn came: its target was not reached. */
export const migration0180: Migration = {
  version: 180,
  sql: `ALTER TABLE run_queue ADD COLUMN reason TEXT;`,
}

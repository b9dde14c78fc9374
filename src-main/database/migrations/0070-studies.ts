import type { Migration } from './migration.ts'

/** The settings in which the runs of an experiment differ; those made before compared presets. */
export const migration0070: Migration = {
  version: 70,
  sql: `ALTER TABLE experiments ADD COLUMN varied TEXT NOT NULL DEFAULT '["preset"]'`,
}

import type { Migration } from './migration.ts'

/** The settings in which the runs of an experiment differ; those made before compared presets. */
export const migration0060: Migration = {
  version: 60,
  sql: `ALTER TABLE experiments ADD COLUMN varied TEXT NOT NULL DEFAULT '["preset"]'`,
}

import type { Migration } from './migration.ts'

export const migration0020: Migration = {
  version: 20,
  // The loss by which the best checkpoint is found; null for those recorded before.
  sql: 'ALTER TABLE checkpoints ADD COLUMN loss REAL',
}

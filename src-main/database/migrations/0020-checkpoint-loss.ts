import type { Migration } from './index.ts'

export const migration0020: Migration = {
  version: 20,
  // What the best save is found by; null for saves from before.
  sql: 'ALTER TABLE checkpoints ADD COLUMN loss REAL',
}

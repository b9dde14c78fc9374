import type { Migration } from './migration.ts'

/**
 * A dataset's folder is kept relative to the data folder. Each lies in `datasets` under its id, also where a row still
 * tells where the data folder was before it was moved or copied.
 */
export const migration0050: Migration = {
  version: 50,
  sql: `UPDATE datasets SET directory = 'datasets/' || id`,
}

import { copyFileSync } from 'node:fs'
import { FlowerbedError } from '#contract/errors.ts'
import type { Database } from './driver.ts'
import { migrations as all } from './migrations/index.ts'
import type { Migration } from './migrations/index.ts'

export function schemaVersion(db: Database): number {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number }
  return row.user_version
}

/**
 * Brings a database to the form this Flowerbed writes, each migration in a transaction of its own, after a copy of the
 * file has been set aside.
 * @throws FlowerbedError `conflict` when a newer Flowerbed wrote it
 */
export function migrate(db: Database, path: string, migrations: Migration[] = all): void {
  const from = schemaVersion(db)
  const newest = migrations.at(-1)?.version ?? 0
  if (from > newest) {
    throw new FlowerbedError('conflict', 'This history was written by a newer Flowerbed.', {
      where: path,
      hint: 'Update Flowerbed, or start it with another data folder (--data-dir).',
    })
  }
  const due = migrations.filter(({ version }) => version > from)
  if (due.length > 0 && from > 0) copyFileSync(path, `${path}.before-${newest}`)
  for (const { version, sql } of due) {
    db.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have been first.
      if (schemaVersion(db) < version) db.exec(`${sql}; PRAGMA user_version = ${version}`)
      db.exec('COMMIT')
    } catch (thrown) {
      db.exec('ROLLBACK')
      throw thrown
    }
  }
}

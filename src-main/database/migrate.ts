import { rmSync } from 'node:fs'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { copyBeforeMigration } from './backup.ts'
import { inTransaction } from './driver.ts'
import type { Database } from './driver.ts'
import { migrations as all } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

export function schemaVersion(db: Database): number {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number }
  return row.user_version
}

/** Whether this Flowerbed would have to change a database before it can use it. */
export const isUpToDate = (db: Database): boolean => schemaVersion(db) === (all.at(-1)?.version ?? 0)

/**
 * Brings a database to this version's schema, each migration in its own transaction, after a copy of it was made.
 * @param path of its file; null for a database that needs no copy
 * @throws FlowerbedError `conflict` when a newer Flowerbed wrote it, `no-space` when there is no room for the copy
 */
export function migrate(db: Database, path: string | null, migrations: Migration[] = all): void {
  const from = schemaVersion(db)
  const newest = migrations.at(-1)?.version ?? 0
  if (from > newest) {
    throw new FlowerbedError('conflict', errorText('history.newer'), {
      ...(path === null ? {} : { where: path }),
    })
  }
  const due = migrations.filter(({ version }) => version > from)
  if (due.length === 0) return
  const copy = path === null || from === 0 ? null : copyBeforeMigration(db, { path, from, to: newest })
  try {
    for (const { version, sql } of due) {
      inTransaction(db, () => {
        // Another process may have been first.
        if (schemaVersion(db) < version) db.exec(`${sql}; PRAGMA user_version = ${version}`)
      })
    }
  } catch (thrown) {
    // A copy of what has not changed would only be one more at each start.
    if (copy !== null && schemaVersion(db) === from) rmSync(copy, { force: true })
    throw thrown
  }
}

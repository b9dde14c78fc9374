import { createRequire } from 'node:module'
import type { Database } from 'better-sqlite3'
import { sqliteCode } from '#shared/sqlite-errors.ts'

export type { Database } from 'better-sqlite3'

/** Opens a SQLite file. The driver is loaded now and not before: a command that needs no history starts without it. */
export function openDatabase(path: string): Database {
  const Driver = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Database
  return new Driver(path)
}

/** Does all of `work` or nothing of it, and throws what kept it from being done. */
export function inTransaction(db: Database, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (thrown) {
    // On a full disk or a failing one SQLite has taken it back by itself.
    if (db.inTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}

/**
 * Does what makes room, such as deleting, also on a full disk: the log of changes is written to the file, after which it
 * is used again from its beginning and need not grow.
 */
export function makingRoom(db: Database, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (sqliteCode(thrown) !== 'FULL') throw thrown
    db.pragma('wal_checkpoint(RESTART)')
    work()
  }
}

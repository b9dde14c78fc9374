import { createRequire } from 'node:module'
import type { Database } from 'better-sqlite3'
import { sqliteCode } from '#shared/sqlite-errors.ts'

export type { Database } from 'better-sqlite3'

/** Opens a SQLite file. The driver is loaded on the first call: a command that needs no database starts without it. */
export function openDatabase(path: string): Database {
  const Driver = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Database
  return new Driver(path)
}

/**
 * Runs `work` in one transaction: all of its changes are stored or none. Within another one it becomes a part of that.
 * @throws what `work` or SQLite throws
 */
export function inTransaction(db: Database, work: () => void): void {
  const { inTransaction: isPart } = db
  if (isPart) {
    work()
    return
  }
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (thrown) {
    // On a full or failing disk SQLite has rolled back already.
    if (db.inTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}

/**
 * Runs `work` that frees space, such as a deletion, also on a full disk: the write-ahead log is checkpointed first, so
 * that SQLite reuses it from its start and its file need not become larger.
 */
export function freeingSpace(db: Database, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (sqliteCode(thrown) !== 'FULL') throw thrown
    db.pragma('wal_checkpoint(RESTART)')
    work()
  }
}

import { createRequire } from 'node:module'
import type { Database } from 'better-sqlite3'
import { sqliteCode } from '#shared/sqlite-errors.ts'

export type { Database } from 'better-sqlite3'

type Driver = new (path: string) => Database

/** better-sqlite3 13 is built for N-API 10 (Node ≥ 22.14, current Electron). */
const neededNapi = 10

/**
 * Opens a SQLite file. The one place where the old Electron of the test harness (N-API 9) differs: there `libsql`, which
 * has the same interface, stands in.
 */
export function openDatabase(path: string): Database {
  const nodeRequire = createRequire(import.meta.url)
  const name = Number(process.versions['napi'] ?? 0) >= neededNapi ? 'better-sqlite3' : 'libsql'
  const DatabaseDriver = nodeRequire(name) as Driver
  try {
    return new DatabaseDriver(path)
  } catch (thrown) {
    // libsql tells SQLite's number only at the end of what it says.
    const number = thrown instanceof Error ? /: (\d+)"\)$/.exec(thrown.message)?.[1] : undefined
    throw number === undefined ? thrown : Object.assign(thrown as Error, { rawCode: Number(number) })
  }
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

/** A BLOB's bytes for reading: better-sqlite3 answers a Buffer, libsql inside Electron an ArrayBuffer. */
export function blobView(blob: Uint8Array | ArrayBuffer): DataView {
  return blob instanceof Uint8Array
    ? new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    : new DataView(blob)
}

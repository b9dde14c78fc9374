import { createRequire } from 'node:module'
import type { Database } from 'better-sqlite3'

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
  return new DatabaseDriver(path)
}

/** A BLOB's bytes for reading: better-sqlite3 answers a Buffer, libsql inside Electron an ArrayBuffer. */
export function blobView(blob: Uint8Array | ArrayBuffer): DataView {
  return blob instanceof Uint8Array
    ? new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    : new DataView(blob)
}

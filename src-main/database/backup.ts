import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { sqliteCode } from '#shared/sqlite-errors.ts'
import { removeAbandonedSync } from '../files/abandoned.ts'
import { processTag } from '../files/process-identity.ts'
import type { Database } from './driver.ts'

/** Where SQLite's header keeps `user_version`. */
const versionOffset = 60

/**
 * Copies a database with all that is committed, also what is only in its log so far, to a new file beside it; an older
 * copy is never written over, and a copy is there whole or not at all.
 * @returns the copy's path; null when the database has another version by now, since another process migrates it
 * @throws FlowerbedError `no-space`, with nothing changed
 */
export function copyBeforeMigration(
  db: Database,
  { path, from, to }: { path: string; from: number; to: number },
): string | null {
  const target = `${path}.before-${to}`
  removeAbandonedSync(dirname(path), /\.before-\d+\..*\.part$/)
  const part = `${target}.${processTag()}.part`
  try {
    rmSync(part, { force: true })
    db.prepare('VACUUM INTO ?').run(part)
    sync(part)
    if (versionOf(part) !== from) return null
    const copy = freePath(target)
    renameSync(part, copy)
    if (process.platform !== 'win32') sync(dirname(path))
    return copy
  } catch (thrown) {
    if (sqliteCode(thrown) !== 'FULL') throw thrown
    throw new FlowerbedError('no-space', errorText('history.noRoomToCopy', { megabytes: megabytes(db) }), {
      where: path,
      cause: thrown,
    })
  } finally {
    rmSync(part, { force: true })
  }
}

/** A path that is not taken: `target`, else numbered from 2 on. */
function freePath(path: string): string {
  if (!existsSync(path)) return path
  for (let n = 2; ; n++) if (!existsSync(`${path}-${n}`)) return `${path}-${n}`
}

function sync(path: string): void {
  // Windows syncs only what may be written to.
  const file = openSync(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function versionOf(path: string): number {
  const bytes = Buffer.alloc(4)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, 4, versionOffset)
  } finally {
    closeSync(file)
  }
  return bytes.readInt32BE()
}

function megabytes(db: Database): number {
  const number = (name: string) =>
    Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0] ?? 0
  return Math.ceil((number('page_count') * number('page_size')) / 1e6)
}

import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { sqliteCode, sqliteError, sqliteErrors } from '#shared/sqlite-errors.ts'
import { openDatabase } from './driver.ts'
import type { Database } from './driver.ts'
import { isUpToDate, migrate } from './migrate.ts'

/** A database and how it is used. */
export interface OpenedDatabase {
  database: Database
  /** Nothing may be written. */
  readOnly: boolean
  close: () => void
}

export interface OpenOptions {
  /** What is asked for only reads, so a folder that cannot be written to will do. */
  reading?: boolean
  /** How long another process that writes is waited for. */
  busyTimeoutMs?: number
}

/** Ten seconds are longer than any transaction takes. */
const defaultBusyTimeoutMs = 10_000

/** Opens, and if need be makes and migrates, a history's file. @throws FlowerbedError in plain words, see openStore */
export function openHistory(path: string, options: OpenOptions): OpenedDatabase {
  return inWords(path, () => {
    if (options.reading !== true) return openToWrite(path, options)
    if (isReadOnly(path)) return openToRead(path, options)
    try {
      return openToWrite(path, options)
    } catch (thrown) {
      const code = sqliteCode(thrown)
      // Access rights do not show everything, such as a read-only network share; SQLite does.
      if (code === 'READONLY' || code === 'CANTOPEN') return openToRead(path, options)
      throw thrown
    }
  })
}

function openToWrite(path: string, options: OpenOptions): OpenedDatabase {
  try {
    return prepared(path, options)
  } catch (thrown) {
    if (sqliteCode(thrown) !== 'FULL') throw thrown
    // The memory that processes share is a file, for which there may be no room; a single process needs none.
    return prepared(path, { ...options, alone: true })
  }
}

function prepared(path: string, options: OpenOptions & { alone?: boolean }): OpenedDatabase {
  const database = openDatabase(path)
  try {
    database.pragma(`busy_timeout = ${options.busyTimeoutMs ?? defaultBusyTimeoutMs}`)
    if (options.alone === true) database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, path)
  } catch (thrown) {
    database.close()
    throw thrown
  }
  return { database, readOnly: false, close: () => database.close() }
}

/** As it is, which works while another process has it open; else from a copy elsewhere, since WAL needs files beside it. */
function openToRead(path: string, options: OpenOptions): OpenedDatabase {
  if (!existsSync(path)) return openCopy(path)
  try {
    const database = openDatabase(path)
    try {
      database.pragma(`busy_timeout = ${options.busyTimeoutMs ?? defaultBusyTimeoutMs}`)
      database.pragma('query_only = ON')
      if (isUpToDate(database)) return { database, readOnly: true, close: () => database.close() }
    } catch (thrown) {
      database.close()
      throw thrown
    }
    database.close()
  } catch (thrown) {
    const code = sqliteCode(thrown)
    if (code === 'CORRUPT' || code === 'NOTADB') throw thrown
  }
  return openCopy(path)
}

/** A migrated copy in the folder for temporary files; empty where there is no database. */
function openCopy(path: string): OpenedDatabase {
  const { folder, remove } = copied(path)
  try {
    const database = openDatabase(join(folder, basename(path)))
    try {
      migrate(database, null)
      database.pragma('query_only = ON')
    } catch (thrown) {
      database.close()
      throw thrown
    }
    const close = () => {
      database.close()
      remove()
    }
    return { database, readOnly: true, close }
  } catch (thrown) {
    remove()
    throw thrown
  }
}

/** The database with its log in a new folder for temporary files. */
function copied(path: string): { folder: string; remove: () => void } {
  let folder: string | undefined
  const remove = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    folder = mkdtempSync(join(tmpdir(), 'flowerbed-history-'))
    for (const end of ['', '-wal']) {
      if (!existsSync(path + end)) continue
      const copy = join(folder, basename(path) + end)
      copyFileSync(path + end, copy)
      // Access rights are copied too, and the copy is migrated.
      chmodSync(copy, 0o600)
    }
    return { folder, remove }
  } catch (cause) {
    remove()
    const full = toFlowerbedError(cause).kind === 'no-space'
    throw new FlowerbedError(
      full ? 'no-space' : 'unavailable',
      errorText('history.noRoomToRead', { folder: tmpdir() }),
      { where: path, cause },
    )
  }
}

/** Whether the folder or the file refuses writing, as far as access rights show. */
function isReadOnly(path: string): boolean {
  return [dirname(path), path].some((one) => {
    try {
      accessSync(one, constants.W_OK)
      return false
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      return code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
    }
  })
}

function inWords<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof FlowerbedError) throw thrown
    const cause = thrown
    // In a folder that refuses new files SQLite says only that it cannot open them.
    const readOnly = sqliteCode(thrown) === 'CANTOPEN' && existsSync(path) && isReadOnly(path)
    const known = readOnly ? sqliteErrors.READONLY : sqliteError(thrown)
    if (known) throw new FlowerbedError(known.kind, known.text, { where: path, cause })
    throw new FlowerbedError('internal', errorText('history.notOpened'), { where: path, cause })
  }
}

import { errorText } from '#shared/error-text.ts'

/** What SQLite reports, as errors for the user, by the primary code without `SQLITE_`. */
export const sqliteErrors = {
  FULL: { kind: 'no-space', text: errorText('history.full') },
  READONLY: { kind: 'bad-input', text: errorText('history.readOnly') },
  PERM: { kind: 'bad-input', text: errorText('history.notAllowed') },
  CANTOPEN: { kind: 'unavailable', text: errorText('history.cannotOpen') },
  BUSY: { kind: 'conflict', text: errorText('history.busy') },
  IOERR: { kind: 'unavailable', text: errorText('history.diskFailed') },
  NOMEM: { kind: 'no-space', text: errorText('history.noMemory') },
  CORRUPT: { kind: 'corrupt', text: errorText('history.damaged') },
  NOTADB: { kind: 'corrupt', text: errorText('history.notADatabase') },
} as const

export type SqliteCode = keyof typeof sqliteErrors

/** No room for the memory that processes share, which SQLite reports as a failure of the disk. */
const sharedMemoryFull = 'SQLITE_IOERR_SHMSIZE'

/** Which of the conditions that a user can do something about an error of SQLite reports. */
export function sqliteCode(thrown: unknown): SqliteCode | undefined {
  if (!(thrown instanceof Error && 'code' in thrown) || typeof thrown.code !== 'string') return undefined
  if (thrown.code === sharedMemoryFull) return 'FULL'
  const name = /^SQLITE_([A-Z]+)/.exec(thrown.code)?.[1]
  if (name === 'LOCKED') return 'BUSY'
  return name !== undefined && Object.hasOwn(sqliteErrors, name) ? (name as SqliteCode) : undefined
}

/** Kind and text for an error of SQLite; undefined for any other error and for bugs. */
export function sqliteError(thrown: unknown): (typeof sqliteErrors)[SqliteCode] | undefined {
  const code = sqliteCode(thrown)
  return code && sqliteErrors[code]
}

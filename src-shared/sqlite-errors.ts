/** What SQLite reports, in plain words: what happened, what is safe, what to do. By the primary code without `SQLITE_`. */
export const wordsFor = {
  FULL: {
    kind: 'no-space',
    message: 'The disk is full, so the history of runs cannot be written.',
    hint: 'What is in it is safe. Make room on the disk that holds the data folder, then try again.',
  },
  READONLY: {
    kind: 'bad-input',
    message: 'The history of runs is read-only.',
    hint: 'What is in it is safe. Allow writing to the data folder, or choose another one with --data-dir.',
  },
  PERM: {
    kind: 'bad-input',
    message: 'This user may not open the history of runs.',
    hint: 'It is untouched. Allow reading and writing of the data folder, or choose another one with --data-dir.',
  },
  CANTOPEN: {
    kind: 'unavailable',
    message: 'The file of the history of runs cannot be opened.',
    hint: 'It is untouched. See that the data folder is there and that you may read it and write to it.',
  },
  BUSY: {
    kind: 'conflict',
    message: 'Another program is using the history of runs.',
    hint: 'It is untouched. End other Flowerbeds and commands on this data folder, or wait, then try again.',
  },
  IOERR: {
    kind: 'unavailable',
    message: 'The disk failed while the history of runs was read or written.',
    hint: 'Leave its file where it is. See that the disk is connected, sound and not full, then try again.',
  },
  NOMEM: {
    kind: 'no-space',
    message: 'There is not enough memory to read the history of runs.',
    hint: 'It is untouched. Close other programs, then try again.',
  },
  CORRUPT: {
    kind: 'corrupt',
    message: 'The history of runs is damaged.',
    hint: 'Move its file aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
  },
  NOTADB: {
    kind: 'corrupt',
    message: 'The file of the history of runs is not a database.',
    hint: 'Move it aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
  },
} as const

export type SqliteCode = keyof typeof wordsFor

/** No room for the memory that processes share, which SQLite reports as a failure of the disk. */
const sharedMemoryFull = 'SQLITE_IOERR_SHMSIZE'

/** Which of the conditions that a user can do something about an error of SQLite reports. */
export function sqliteCode(thrown: unknown): SqliteCode | undefined {
  if (!(thrown instanceof Error && 'code' in thrown) || typeof thrown.code !== 'string') return undefined
  if (thrown.code === sharedMemoryFull) return 'FULL'
  const name = /^SQLITE_([A-Z]+)/.exec(thrown.code)?.[1]
  if (name === 'LOCKED') return 'BUSY'
  return name !== undefined && Object.hasOwn(wordsFor, name) ? (name as SqliteCode) : undefined
}

/** Kind, message and hint for an error of SQLite; undefined for any other error and for bugs. */
export function sqliteWords(thrown: unknown): (typeof wordsFor)[SqliteCode] | undefined {
  const code = sqliteCode(thrown)
  return code && wordsFor[code]
}

'use strict'
/** libsql behaving like better-sqlite3, as far as the app uses it. */

/** SQLite's primary result codes. */
const names = {
  1: 'ERROR',
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  19: 'CONSTRAINT',
  26: 'NOTADB',
}
const sharedMemoryFull = 4874

/** Gives an error the code that better-sqlite3 would have given it. */
function withCode(error) {
  // A failure to open has its number only at the end of the message.
  const number = error?.rawCode ?? Number(/: (\d+)"\)$/.exec(error?.message ?? '')?.[1])
  const name = number === sharedMemoryFull ? 'IOERR_SHMSIZE' : names[number & 0xff]
  return name === undefined ? error : Object.assign(error, { code: `SQLITE_${name}` })
}

function translated(work) {
  try {
    return work()
  } catch (error) {
    throw withCode(error)
  }
}

/** Inside Electron libsql answers a BLOB as an ArrayBuffer. */
function withBuffers(row) {
  if (typeof row !== 'object' || row === null) return row
  for (const [column, value] of Object.entries(row))
    if (value instanceof ArrayBuffer) row[column] = Buffer.from(value)
  return row
}

function adaptStatement(statement) {
  const { get, all, run } = statement
  statement.get = (...values) => translated(() => withBuffers(get.apply(statement, values)))
  statement.all = (...values) => translated(() => all.apply(statement, values).map(withBuffers))
  statement.run = (...values) => translated(() => run.apply(statement, values))
  return statement
}

/** @param Libsql the class that `libsql` exports */
module.exports = (Libsql) => {
  class Database extends Libsql {
    prepare(sql) {
      return translated(() => adaptStatement(super.prepare(sql)))
    }
    exec(sql) {
      return translated(() => super.exec(sql))
    }
  }
  return new Proxy(Database, {
    construct: (target, given) => translated(() => Reflect.construct(target, given)),
  })
}

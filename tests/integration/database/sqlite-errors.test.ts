import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteCode } from '#shared/sqlite-errors.ts'
import type { Database } from '../../../src-main/database/driver.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('sqlite-errors')
})
afterEach(() => {
  folder.remove()
})

const nodeRequire = createRequire(import.meta.url)
type Driver = new (path: string) => Database
const asBetterSqlite3 = nodeRequire('../../../scripts/lib/stand-in-app/better-sqlite3.cjs') as (
  libsql: unknown,
) => Driver

describe.each([
  ['better-sqlite3', nodeRequire('better-sqlite3') as Driver],
  ['the driver of the stand-in Electron', asBetterSqlite3(nodeRequire('libsql'))],
])('errors of %s', (_, Driver) => {
  const codeOf = (work: () => unknown) => {
    try {
      work()
    } catch (thrown) {
      return sqliteCode(thrown)
    }
    return 'nothing was thrown'
  }

  it('are known for what they are', () => {
    const path = join(folder.path, 'a.sqlite')
    const db = new Driver(path)
    db.exec('CREATE TABLE t (a)')
    const fill = db.prepare('INSERT INTO t VALUES (randomblob(100000))')
    db.pragma('max_page_count = 10')
    expect(codeOf(() => fill.run())).toBe('FULL')
    db.pragma('query_only = ON')
    expect(codeOf(() => fill.run())).toBe('READONLY')
    db.pragma('query_only = OFF')
    const other = new Driver(path)
    other.pragma('busy_timeout = 10')
    db.exec('BEGIN EXCLUSIVE')
    expect(codeOf(() => other.prepare('SELECT * FROM t').all())).toBe('BUSY')
    db.exec('ROLLBACK')
    expect(codeOf(() => db.prepare('SELECT * FROM nowhere').all())).toBeUndefined()
    db.close()
    other.close()
    const text = join(folder.path, 'text')
    writeFileSync(text, 'this is no database, but long enough'.repeat(40))
    expect(codeOf(() => new Driver(text).prepare('SELECT * FROM sqlite_master').all())).toBe('NOTADB')
  })
})

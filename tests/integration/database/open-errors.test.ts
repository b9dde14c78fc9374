import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { databaseFile, dataFolder, thrownBy } from '../../helpers/history.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('open-errors')
})
afterEach(() => {
  folder.remove()
})

describe('opening a history tells', () => {
  it('a file that is none, and a damaged one, to be moved aside', () => {
    writeFileSync(
      databaseFile(folder.path),
      'this is no database, but long enough to be looked at as one'.repeat(20),
    )
    expect(thrownBy(() => openStore(folder.path))).toMatchObject({
      ...{
        kind: 'corrupt',
        where: databaseFile(folder.path),
        hint: expect.stringMatching(/^Move it aside/) as string,
      },
    })
    const directory = join(folder.path, 'damaged')
    dataFolder(directory)
    const bytes = readFileSync(databaseFile(directory))
    bytes.fill(0xff, 100, bytes.length)
    writeFileSync(databaseFile(directory), bytes)
    const error = thrownBy(() => openStore(directory).runs.list())
    expect(error).toMatchObject({ kind: 'corrupt', message: 'The history of runs is damaged.' })
  })

  it('one that another program has locked', () => {
    const id = dataFolder(folder.path)
    const other = openDatabase(databaseFile(folder.path))
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    const error = thrownBy(() => openStore(folder.path, { busyTimeoutMs: 10 }))
    expect(error).toMatchObject({
      kind: 'conflict',
      message: 'Another program is using the history of runs.',
    })
    expect(error.hint).not.toMatch(/move/i)
    other.exec('ROLLBACK')
    other.close()
    const store = openStore(folder.path)
    expect(store.runs.get(id).status).toBe('training')
    store.close()
  })

  it('a folder in its place', () => {
    mkdirSync(databaseFile(folder.path), { recursive: true })
    const error = thrownBy(() => openStore(folder.path))
    expect(error).toMatchObject({ kind: 'unavailable', where: databaseFile(folder.path) })
    expect(error.hint).not.toMatch(/move/i)
  })
})

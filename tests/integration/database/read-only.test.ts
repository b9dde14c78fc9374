import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate, schemaVersion } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { databaseFile, dataFolder, thrownBy } from '../../helpers/history.ts'
import { asReader, makeReadOnly } from '../../helpers/read-only.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('read-only')
})
afterEach(() => {
  vi.unstubAllEnvs()
  folder.remove()
})

const onPosix = describe.skipIf(process.platform === 'win32')

onPosix('in a folder that may only be read', () => {
  const inUse = (name: string) => openDatabase(databaseFile(join(folder.path, name)))

  /** Lists as the command does, and changes nothing. */
  function listed(directory: string) {
    const store = openStore(directory, { reading: true })
    try {
      expect(new RunService(store).markInterrupted()).toEqual([])
      expect(() => store.settings.set('app', {})).toThrow()
      return { readOnly: store.readOnly, runs: store.runs.list().map(({ id }) => id) }
    } finally {
      store.close()
    }
  }

  it('the history is listed, also what is in its log only, and one of an older version', () => {
    chmodSync(folder.path, 0o755)
    // Where copies are made, for whatever user.
    const copies = join(folder.path, 'temporary')
    mkdirSync(copies)
    chmodSync(copies, 0o777)
    vi.stubEnv('TMPDIR', copies)
    const directory = join(folder.path, 'plain')
    const id = dataFolder(directory)
    const before = readdirSync(directory)
    expect(asReader(directory, () => listed(directory))).toEqual({ readOnly: true, runs: [id] })
    expect(readdirSync(directory)).toEqual(before)

    // A copy of a folder in use: changes are in the log, whose index is not there.
    const writer = inUse('plain')
    writer.pragma('wal_autocheckpoint = 0')
    writer.prepare('UPDATE runs SET id = ?').run('renamed')
    const copy = join(folder.path, 'copy')
    mkdirSync(copy)
    for (const end of ['', '-wal'])
      writeFileSync(databaseFile(copy) + end, readFileSync(databaseFile(directory) + end))
    writer.close()
    expect(asReader(copy, () => listed(copy))).toEqual({ readOnly: true, runs: ['renamed'] })

    const old = join(folder.path, 'old')
    mkdirSync(old)
    const oldest = openDatabase(databaseFile(old))
    oldest.pragma('journal_mode = WAL')
    migrate(
      oldest,
      null,
      migrations.filter(({ version }) => version <= 20),
    )
    oldest.close()
    expect(asReader(old, () => listed(old))).toEqual({ readOnly: true, runs: [] })
    const unchanged = openDatabase(databaseFile(old))
    expect(schemaVersion(unchanged)).toBe(20)
    unchanged.close()
    expect(readdirSync(copies)).toEqual([])
  })

  it('writing is refused in words, whether it is known at once or found by SQLite', () => {
    chmodSync(folder.path, 0o755)
    const directory = join(folder.path, 'data')
    dataFolder(directory)
    const error = asReader(directory, () => thrownBy(() => openStore(directory)))
    expect(['bad-input', 'unavailable']).toContain(error.kind)
    expect(error.hint).not.toMatch(/move/i)
    const undo = makeReadOnly(directory)
    if (!undo) return
    try {
      expect(thrownBy(() => openStore(directory))).toMatchObject({
        kind: 'bad-input',
        message: 'The history of runs is read-only.',
      })
      expect(listed(directory).readOnly).toBe(true)
      expect(existsSync(join(directory, 'logs'))).toBe(false)
    } finally {
      undo()
    }
  })
})

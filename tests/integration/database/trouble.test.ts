import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { sqliteCode } from '#shared/sqlite-errors.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { deleteDataset } from '../../../src-main/runs/delete-dataset.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import type { Database } from '../../../src-main/database/driver.ts'
import { migrate, schemaVersion } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { asReader, makeReadOnly } from '../../helpers/read-only.ts'
import { smallDisk } from '../../helpers/small-disk.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('trouble')
})
afterEach(() => {
  vi.unstubAllEnvs()
  folder.remove()
})

function addRun(store: Store): string {
  const dataset: DatasetRecord = {
    ...{ id: 'abc', name: 'Faces', directory: join(store.directory, 'datasets', 'abc'), count: 10 },
    ...{ shape: { height: 8, width: 8, channels: 3 }, labels: [], sources: [], problemCount: 0, bytes: 1 },
    createdAt: 1,
  }
  store.datasets.save(dataset)
  const runService = new RunService(store)
  const { id } = runService.create({ datasetId: 'abc', preset: 'balanced', changes: {}, device: 'cpu' })
  runService.dispose()
  return id
}

/** A data folder with one run whose process is gone. */
function dataFolder(directory: string): string {
  const store = openStore(directory)
  const id = addRun(store)
  store.runs.update(id, { status: 'training' })
  store.close()
  return id
}

function thrownBy(work: () => unknown): FlowerbedError {
  try {
    work()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(FlowerbedError)
    return thrown as FlowerbedError
  }
  throw new Error('Nothing was thrown.')
}

const fileOf = (directory: string) => join(directory, 'flowerbed.sqlite')

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

describe('opening a history tells', () => {
  it('a file that is none, and a damaged one, to be moved aside', () => {
    writeFileSync(
      fileOf(folder.path),
      'this is no database, but long enough to be looked at as one'.repeat(20),
    )
    expect(thrownBy(() => openStore(folder.path))).toMatchObject({
      ...{
        kind: 'corrupt',
        where: fileOf(folder.path),
        hint: expect.stringMatching(/^Move it aside/) as string,
      },
    })
    const directory = join(folder.path, 'damaged')
    dataFolder(directory)
    const bytes = readFileSync(fileOf(directory))
    bytes.fill(0xff, 100, bytes.length)
    writeFileSync(fileOf(directory), bytes)
    const error = thrownBy(() => openStore(directory).runs.list())
    expect(error).toMatchObject({ kind: 'corrupt', message: 'The history of runs is damaged.' })
  })

  it('one that another program has locked', () => {
    const id = dataFolder(folder.path)
    const other = openDatabase(fileOf(folder.path))
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
    mkdirSync(fileOf(folder.path), { recursive: true })
    const error = thrownBy(() => openStore(folder.path))
    expect(error).toMatchObject({ kind: 'unavailable', where: fileOf(folder.path) })
    expect(error.hint).not.toMatch(/move/i)
  })
})

const onPosix = describe.skipIf(process.platform === 'win32')

onPosix('in a folder that may only be read', () => {
  const inUse = (name: string) => openDatabase(fileOf(join(folder.path, name)))

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
    for (const end of ['', '-wal']) writeFileSync(fileOf(copy) + end, readFileSync(fileOf(directory) + end))
    writer.close()
    expect(asReader(copy, () => listed(copy))).toEqual({ readOnly: true, runs: ['renamed'] })

    const old = join(folder.path, 'old')
    mkdirSync(old)
    const oldest = openDatabase(fileOf(old))
    oldest.pragma('journal_mode = WAL')
    migrate(
      oldest,
      null,
      migrations.filter(({ version }) => version <= 20),
    )
    oldest.close()
    expect(asReader(old, () => listed(old))).toEqual({ readOnly: true, runs: [] })
    const unchanged = openDatabase(fileOf(old))
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

describe('on a full disk', () => {
  it('what cannot be written is told in words', () => {
    const store = openStore(folder.path)
    const id = addRun(store)
    const [{ page_count: pages }] = store.database.pragma('page_count') as [{ page_count: number }]
    store.database.pragma(`max_page_count = ${pages}`)
    const long = 'long '.repeat(100_000)
    let thrown: unknown
    try {
      store.runs.update(id, { note: long })
    } catch (error) {
      thrown = error
    }
    expect(toFlowerbedError(thrown)).toMatchObject({
      kind: 'no-space',
      message: 'The disk is full, so the history of runs cannot be written.',
    })
    const key = store.runs.key(id)
    const values = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`name ${i}`, i]))
    expect(() => store.metrics.add(key, [{ step: 1, seconds: 1, values }])).toThrow(/full/)
    store.database.pragma('max_page_count = 1000000')
    store.metrics.add(key, [{ step: 1, seconds: 1, values }])
    expect(store.metrics.series(key).values['name 4999']).toEqual(Float64Array.of(4999))
    store.close()
  })

  const disk = smallDisk(4096)
  disk?.remove()
  const onSmallDisk = it.skipIf(!disk)

  onSmallDisk('(needs the right to mount) runs are listed and deleted, and images too', async () => {
    const small = smallDisk(4096)
    if (!small) throw new Error('A disk that could be made before cannot be made now.')
    try {
      const id = dataFolder(small.path)
      const checkpoints = join(runFolder(small.path, id), 'checkpoints')
      mkdirSync(checkpoints, { recursive: true })
      writeFileSync(join(checkpoints, 'step'), Buffer.alloc(200_000))
      small.fill()
      const store = openStore(small.path)
      const runService = new RunService(store)
      expect(runService.markInterrupted()).toEqual([])
      expect(store.runs.list().map((run) => run.id)).toEqual([id])
      expect(toFlowerbedError(caught(() => store.settings.set('app', {})))).toMatchObject({
        kind: 'no-space',
      })
      store.close()

      const last = openStore(small.path)
      expect((await new RunService(last).delete(id)).freedBytes).toBe(200_000)
      expect(last.runs.list()).toEqual([])
      await deleteDataset(last, 'abc')
      last.close()
      const reopened = openStore(small.path)
      expect([reopened.runs.list(), reopened.datasets.list()]).toEqual([[], []])
      reopened.close()
    } finally {
      small.remove()
    }
  })

  onSmallDisk('(needs the right to mount) a run without files goes while the app is open', () => {
    const small = smallDisk(4096)
    if (!small) throw new Error('A disk that could be made before cannot be made now.')
    try {
      const before = openStore(small.path)
      const ids = [addRun(before), addRun(before)]
      before.close()
      const store = openStore(small.path)
      for (let i = 0; i < 20; i++) store.runs.update(ids[0] ?? '', { note: String(i) })
      small.fill()
      // What is left in the last block of the log.
      while (caught(() => store.runs.update(ids[1] ?? '', { starred: true })) === undefined);
      for (const id of ids) store.runs.delete(id)
      expect(store.runs.list()).toEqual([])
      store.close()
    } finally {
      small.remove()
    }
  })
})

function caught(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown
  }
}

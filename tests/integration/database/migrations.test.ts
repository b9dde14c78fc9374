import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { presets } from '#shared/presets.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import type { Database } from '../../../src-main/database/driver.ts'
import { migrate, schemaVersion } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { addAttribute, anAttribute, attributesOf } from '../../helpers/attribute.ts'
import { addPinnedPair, aPinnedPair, aPinnedRow } from '../../helpers/pinned-pair.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { before, refusing } from '../../helpers/intercepted-database.ts'
import { smallDisk } from '../../helpers/small-disk.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('migrations')
})
afterEach(() => folder.remove())

const newest = migrations.at(-1)!.version
const upTo = (version: number) => migrations.filter((migration) => migration.version <= version)

/** A database as a Flowerbed of that version left it, in WAL mode, still open. */
function oldDatabase(path: string, version: number): Database {
  const db = openDatabase(path)
  db.pragma('journal_mode = WAL')
  db.pragma('foreign_keys = ON')
  migrate(db, path, upTo(version))
  return db
}

const { config } = presets['pixel-posterior']
const shape = '{"height":8,"width":8,"channels":3}'

/** A row in every table of that version. */
function addRows(db: Database, version: number): void {
  db.prepare(
    `INSERT INTO datasets (id, name, directory, shape, count, labels, sources, problem_count, bytes, created_at)
     VALUES ('abc', 'Faces', ?, ?, 3, '["happy"]', '["/faces"]', 1, 9, 1)`,
  ).run(version >= 50 ? 'datasets/abc' : '/elsewhere/datasets/abc', shape)
  db.prepare(
    `INSERT INTO runs (key, id, name, note, starred, status, preset, config, dataset_id, dataset_name, picture_count,
       shape, device_choice, step, losses, created_at, updated_at)
     VALUES (1, 'r1', 'Run', 'nice', 1, 'paused', 'balanced', ?, 'abc', 'Faces', 3, ?, 'cpu', 4, '{"loss":0.5}', 1, 2)`,
  ).run(JSON.stringify(config), shape)
  db.exec(`
    INSERT INTO run_tags VALUES (1, 'a'), (1, 'b');
    INSERT INTO metric_names VALUES (1, '["loss"]');
    INSERT INTO metrics VALUES (1, 4, 0.5, 1, x'000000000000E03F');
    INSERT INTO checkpoints (run, file, step, sha256, bytes, pinned, created_at) VALUES (1, 'f', 4, 'x', 9, 1, 1);
    INSERT INTO settings VALUES ('app', '{"theme":"dark"}');
    INSERT INTO recent_folders VALUES ('/faces', 5)`)
  db.prepare(
    `INSERT INTO samples (id, run, step, kind, file, count, columns, shape, seed, solver, solver_steps, created_at)
      VALUES ('s', 1, 4, 'grid', 's.png', 1, 1, ?, 1, 'euler', 5, 1)`,
  ).run(shape)
  if (version >= 20) db.exec('UPDATE checkpoints SET loss = 0.25')
  if (version >= 30) {
    db.exec(`INSERT INTO experiments (id, kind, name, dataset_id, created_at)
        VALUES ('e', 'ladder', 'Compared', 'abc', 1);
      UPDATE runs SET experiment_id = 'e'`)
  }
  if (version >= 40) {
    db.exec(`INSERT INTO run_events (run, step, kind, detail, at) VALUES (1, 4, 'resumed', '{"checkpoint":"f"}', 3);
      INSERT INTO run_leases VALUES (1, 'token', 7, NULL, 'elsewhere', 'paused', 1, 1)`)
  }
  const reason = version >= 180 ? ", 'no answer'" : ''
  if (version >= 110) db.exec(`INSERT INTO run_queue VALUES (1, 0, 'paused', 4, 9, NULL${reason})`)
  if (version >= 90) db.exec(`INSERT INTO sample_marks VALUES ('s', 0, 1, 0, '["faces"]', 9)`)
  if (version >= 121)
    db.exec(`INSERT INTO excluded_images VALUES ('abc', 2); UPDATE runs SET excluded = '[1]'`)
  if (version >= 120) {
    db.exec(
      `INSERT INTO dataset_tags VALUES ('abc', 'people'); UPDATE datasets SET note = 'mine', starred = 1`,
    )
  }
  if (version >= 140) addAttribute(db)
  if (version >= 141) addPinnedPair(db)
  if (version >= 150) db.exec(`INSERT INTO targets VALUES ('t', 'ssh', '{"host":"gpu"}', 1, NULL, NULL)`)
  if (version >= 60) {
    db.prepare('INSERT INTO evaluations (run, step, created_at, document) VALUES (1, 4, 5, ?)').run(
      JSON.stringify(anEvaluation),
    )
  }
}

/** All that the repositories answer. */
function everything(directory: string) {
  const store = openStore(directory)
  try {
    const key = store.runs.key('r1')
    const { steps, seconds, values } = store.metrics.series(key)
    return {
      version: schemaVersion(store.database),
      datasets: store.datasets.list(),
      runs: store.runs.list(),
      excluded: [store.datasets.excluded('abc'), store.runs.excluded('r1')],
      metrics: { steps: [...steps], seconds: [...seconds], loss: [...(values['loss'] ?? [])] },
      samples: store.samples.list(key),
      marks: store.marks.list(key),
      checkpoints: store.checkpoints.list(key),
      experiments: store.experiments.list(),
      events: store.events.list(key),
      lease: store.leases.find(key),
      queue: store.queue.list(),
      evaluations: store.evaluations.list(key),
      attributes: attributesOf(store, key),
      pinned: [...store.pairs.list(key), ...store.pairs.rows(key)],
      settings: store.settings.get('app'),
      targets: store.targets.list(),
      recent: store.settings.recentFolders(),
    }
  } finally {
    store.close()
  }
}

describe('a history with a row in each table', () => {
  it.each(migrations.map(({ version }) => version))('of version %i reads as it was', (version) => {
    const path = join(folder.path, 'flowerbed.sqlite')
    const db = oldDatabase(path, version)
    addRows(db, version)
    db.close()
    const found = everything(folder.path)
    expect(found).toMatchObject({
      version: newest,
      datasets: [
        {
          ...{
            id: 'abc',
            name: 'Faces',
            directory: join(folder.path, 'datasets', 'abc'),
            count: 3,
            bytes: 9,
          },
          ...{ labels: ['happy'], sources: ['/faces'], problemCount: 1, createdAt: 1 },
          ...(version >= 120
            ? { note: 'mine', tags: ['people'], starred: true }
            : { note: '', tags: [], starred: false }),
          ...{ excludedCount: version >= 121 ? 1 : 0, replacedBy: null },
        },
      ],
      runs: [
        {
          ...{
            id: 'r1',
            name: 'Run',
            note: 'nice',
            tags: ['a', 'b'],
            starred: true,
            status: 'paused',
            step: 4,
          },
          ...{ config, datasetId: 'abc', losses: { loss: 0.5 }, updatedAt: 2 },
          // What was called `balanced` has another name since.
          preset: version >= 210 ? 'balanced' : 'pixel-posterior',
          ...{ experimentId: version >= 30 ? 'e' : null, parent: null, target: null },
        },
      ],
      excluded: version >= 121 ? [[2], [1]] : [[], []],
      metrics: { steps: [4], seconds: [0.5], loss: [0.5] },
      samples: [{ id: 's', runId: 'r1', file: 's.png', solverSteps: 5, settings: null }],
      marks:
        version >= 90
          ? [{ sample: 's', image: 0, starred: true, hidden: false, collections: ['faces'] }]
          : [],
      checkpoints: [{ file: 'f', pinned: true, loss: version >= 20 ? 0.25 : null }],
      experiments: version >= 30 ? [{ id: 'e', kind: 'ladder', varied: ['preset'], datasetId: 'abc' }] : [],
      events: version >= 40 ? [{ kind: 'resumed', step: 4, detail: { checkpoint: 'f' } }] : [],
      evaluations: version >= 60 ? [{ ...anEvaluation, createdAt: 5 }] : [],
      attributes: version >= 140 ? [anAttribute] : [],
      pinned: version >= 141 ? [aPinnedPair, aPinnedRow] : [],
      lease: version >= 40 ? { holder: { pid: 7, host: 'elsewhere' }, statusBefore: 'paused' } : null,
      queue: version >= 110 ? [{ runId: 'r1', checkpoint: 4, startAt: 9, after: null }] : [],
      targets: version >= 150 ? [{ target: { name: 't', host: 'gpu' }, createdAt: 1, seen: null }] : [],
      settings: { theme: 'dark' },
      recent: [{ path: '/faces', usedAt: 5 }],
    })
    expect(everything(folder.path)).toEqual(found)
    expect(existsSync(`${path}.before-${newest}`)).toBe(version < newest)
  })
})

it('a run that an older version had in training is interrupted, since its process cannot be told from another', () => {
  const db = oldDatabase(join(folder.path, 'flowerbed.sqlite'), 30)
  addRows(db, 30)
  // A process that lives, as after its id was given away.
  db.exec(`UPDATE runs SET status = 'training', owner = ${process.pid}`)
  db.close()
  const store = openStore(folder.path)
  expect(store.leases.find(1)).toMatchObject({ holder: { pid: process.pid, startedAt: null } })
  expect(new RunService(store).markInterrupted().map(({ id, status }) => [id, status])).toEqual([
    ['r1', 'interrupted'],
  ])
  store.close()
})

describe('migrations', () => {
  it('are numbered in order, each number once', () => {
    const versions = migrations.map(({ version }) => version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  })
})

describe('the copy before a migration', () => {
  it('holds what is committed but still in the log of changes', () => {
    const path = join(folder.path, 'flowerbed.sqlite')
    const db = oldDatabase(path, 30)
    db.pragma('wal_autocheckpoint = 0')
    db.pragma('wal_checkpoint(TRUNCATE)')
    const insert = db.prepare('INSERT INTO recent_folders VALUES (?, 1)')
    for (let i = 0; i < 1000; i++) insert.run(`/folder ${i}`)
    migrate(db, path)
    const copy = openDatabase(`${path}.before-${newest}`)
    expect(schemaVersion(copy)).toBe(30)
    expect(copy.prepare('SELECT count(*) AS count FROM recent_folders').get()).toMatchObject({ count: 1000 })
    copy.close()
    db.close()
  })

  it('is never written over an older one, and what an ended process left half done is removed', () => {
    const path = join(folder.path, 'flowerbed.sqlite')
    oldDatabase(path, 30).close()
    const older = `${path}.before-${newest}`
    writeFileSync(older, 'older')
    // Of a process whose id this one has now.
    const ended = processTag({ ...thisProcess(), startedAt: '1_00000000_1' })
    writeFileSync(`${older}.${ended}.part`, 'half')
    openStore(folder.path).close()
    expect(readFileSync(older, 'utf8')).toBe('older')
    const copy = openDatabase(`${older}-2`)
    expect(schemaVersion(copy)).toBe(30)
    copy.close()
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('stays when some migrations were done, and goes when nothing was changed', () => {
    const path = join(folder.path, 'flowerbed.sqlite')
    const db = oldDatabase(path, newest)
    const good = { version: newest + 10, sql: 'CREATE TABLE more (a INTEGER) STRICT' }
    const bad = { version: newest + 20, sql: 'CREATE TABLE extra (a INTEGER) STRICT; CREATE TABLE broken (' }
    expect(() => migrate(db, path, [...migrations, bad])).toThrow()
    expect(readdirSync(folder.path).filter((name) => name.includes('before'))).toEqual([])
    expect(() => migrate(db, path, [...migrations, good, bad])).toThrow()
    expect(schemaVersion(db)).toBe(newest + 10)
    expect(readdirSync(folder.path).filter((name) => name.includes('before'))).toEqual([
      `flowerbed.sqlite.before-${newest + 20}`,
    ])
    expect(db.prepare(`SELECT name FROM sqlite_master WHERE name IN ('extra', 'broken')`).all()).toEqual([])
    db.close()
  })

  it('that finds no room leaves everything as it was and says so', () => {
    const disk = smallDisk(2048)
    const directory = disk?.path ?? join(folder.path, 'data')
    mkdirSync(directory, { recursive: true })
    const path = join(directory, 'flowerbed.sqlite')
    const db = oldDatabase(path, 30)
    addRows(db, 30)
    disk?.fill()
    // Where no small disk can be had, the driver's error for a full one is thrown in its place.
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    const seen = disk ? db : refusing(db, /^VACUUM/, full)
    expect(() => migrate(seen, path)).toThrow(
      expect.objectContaining({
        kind: 'no-space',
        where: path,
        hint: expect.stringMatching(/^Nothing was changed\. Make \d+ MB of room/) as string,
      }),
    )
    expect(schemaVersion(db)).toBe(30)
    expect(db.prepare('SELECT directory FROM datasets').get()).toMatchObject({
      directory: '/elsewhere/datasets/abc',
    })
    expect(readdirSync(directory).filter((name) => name.includes('before'))).toEqual([])
    db.close()
    disk?.remove()
  })

  it('is not made of a file that another process has migrated in the meantime', () => {
    const path = join(folder.path, 'flowerbed.sqlite')
    oldDatabase(path, 30).close()
    const slow = openDatabase(path)
    // The other one comes between the look at the version and the copy.
    const late = before(slow, /^VACUUM/, () => {
      const other = openDatabase(path)
      migrate(other, null)
      other.close()
    })
    migrate(late, path)
    expect(schemaVersion(slow)).toBe(newest)
    expect(readdirSync(folder.path).filter((name) => name.includes('before'))).toEqual([])
    slow.close()
  })
})

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeBelow } from '../../../src-main/files/removal.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { deleteDataset } from '../../../src-main/runs/delete-dataset.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openDatabase } from '../../../src-main/database/driver.ts'
import { migrate } from '../../../src-main/database/migrate.ts'
import { migrations } from '../../../src-main/database/migrations/index.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 3 } as const
let folder: ReturnType<typeof temporaryFolder>
let original: string
const open: Store[] = []

beforeEach(() => {
  folder = temporaryFolder('data-folder')
  original = join(folder.path, 'original')
})
afterEach(() => {
  for (const store of open.splice(0)) store.close()
  folder.remove()
})

function opened(directory: string): Store {
  const store = openStore(directory)
  open.push(store)
  return store
}

function closeAll(): void {
  for (const store of open.splice(0)) store.close()
}

/** A data folder with one dataset and a run of it. */
function makeOriginal(): void {
  const store = opened(original)
  const directory = packedDataset(join(original, 'datasets', 'abc'), { count: 3, shape, pixel: () => 7 })
  store.datasets.save({
    ...{ id: 'abc', name: 'Faces', directory, shape, count: 3, labels: [], sources: ['/faces'] },
    ...{ problemCount: 0, bytes: 1, createdAt: 1 },
  })
  new RunService(store).create({ datasetId: 'abc', preset: 'pixel-posterior', changes: {}, device: 'cpu' })
  closeAll()
}

/** The same as an older version wrote it: with the absolute path of the dataset. */
function makeOldOriginal(): void {
  mkdirSync(original)
  const directory = packedDataset(join(original, 'datasets', 'abc'), { count: 3, shape, pixel: () => 7 })
  const path = join(original, 'flowerbed.sqlite')
  const db = openDatabase(path)
  db.pragma('journal_mode = WAL')
  migrate(
    db,
    path,
    migrations.filter(({ version }) => version <= 30),
  )
  db.prepare(
    `INSERT INTO datasets VALUES ('abc', 'Faces', ?, '{"height":8,"width":8,"channels":3}', 3, '[]', '[]', 0, 1, 1)`,
  ).run(directory)
  db.close()
}

const imagesIn = (data: string) => existsSync(join(data, 'datasets', 'abc', 'pixels.u8'))
const readable = (store: Store): number => {
  const dataset = new Dataset(store.datasets.get('abc').directory)
  try {
    return dataset.all()[0] ?? -1
  } finally {
    dataset.close()
  }
}

describe.each([
  ['of this version', makeOriginal],
  ['of an older version', makeOldOriginal],
])('a data folder %s', (_, make) => {
  beforeEach(make)

  it('that was copied deletes its own images, never the original’s', async () => {
    const copy = join(folder.path, 'copy')
    cpSync(original, copy, { recursive: true })
    const store = opened(copy)
    expect(store.datasets.get('abc').directory).toBe(join(copy, 'datasets', 'abc'))
    await deleteDataset(store, 'abc')
    expect({ copy: imagesIn(copy), original: imagesIn(original) }).toEqual({ copy: false, original: true })
    expect(store.datasets.list()).toEqual([])
    expect(readable(opened(original))).toBe(7)
  })

  it('that was moved finds its images', () => {
    const moved = join(folder.path, 'moved', 'far away')
    mkdirSync(join(folder.path, 'moved'))
    renameSync(original, moved)
    const store = opened(moved)
    expect(readable(store)).toBe(7)
    expect(JSON.stringify(store.database.prepare('SELECT directory FROM datasets').all())).not.toContain(
      folder.path,
    )
  })
})

describe('removal', () => {
  it('refuses a dataset that is kept with a path out of the data folder', async () => {
    makeOriginal()
    const store = opened(join(folder.path, 'other'))
    const outside = join(original, 'datasets', 'abc')
    expect(() => store.datasets.save({ ...recordOf('abc'), directory: outside })).toThrow(
      /not among the datasets/,
    )
    store.datasets.save({ ...recordOf('abc'), directory: join(store.directory, 'datasets', 'abc') })
    for (const stored of [outside, '../original/datasets/abc', 'datasets', 'runs', '']) {
      store.database.prepare('UPDATE datasets SET directory = ?').run(stored)
      expect(store.datasets.list(), stored).toEqual([])
      expect(() => store.datasets.get('abc')).toThrow(expect.objectContaining({ kind: 'corrupt' }))
    }
    expect(await deleteDataset(store, 'abc')).toEqual({ freedBytes: 0 })
    expect(imagesIn(original)).toBe(true)
    expect(existsSync(join(store.directory, 'flowerbed.sqlite'))).toBe(true)
  })

  it('refuses a run whose id leads out of the runs', async () => {
    makeOriginal()
    const store = opened(original)
    store.database.exec(`UPDATE runs SET id = '../datasets', status = 'paused'`)
    await expect(new RunService(store).delete('../datasets')).rejects.toMatchObject({ kind: 'conflict' })
    expect(imagesIn(original)).toBe(true)
  })

  it('refuses the folder itself, what is beside it and what a link leads out to', async () => {
    const inside = join(folder.path, 'inside')
    const beside = join(folder.path, 'inside too')
    for (const made of [inside, beside]) mkdirSync(join(made, 'kept'), { recursive: true })
    symlinkSync(beside, join(inside, 'link'), 'junction')
    const refused = [
      inside,
      beside,
      join(inside, '..', 'inside too'),
      folder.path,
      join(inside, 'link', 'kept'),
    ]
    for (const path of refused) {
      await expect(removeBelow(inside, path), path).rejects.toMatchObject({ kind: 'conflict' })
    }
    expect(readdirSync(beside)).toEqual(['kept'])
    writeFileSync(join(beside, 'file'), '')
    await removeBelow(inside, join(inside, 'link'))
    await removeBelow(inside, join(inside, 'kept'))
    await removeBelow(inside, join(inside, 'not there'))
    expect(readdirSync(inside)).toEqual([])
    expect(readdirSync(beside)).toEqual(['file', 'kept'])
  })
})

const recordOf = (id: string) => ({
  ...{ id, name: 'Faces', shape, count: 3, labels: [], sources: [], problemCount: 0, bytes: 1, createdAt: 1 },
})

import { createHash, randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { indexText, parseIndex } from '../../../src-main/datasets/index-file.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { datasetsFolder } from '../../../src-main/files/data-folder.ts'
import type { ImporterClient } from '../../../src-main/processes/importer.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { datasetOfPaths, importOptionsOf, replaceDataset } from '../../../src-main/runs/update-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain } from '../../helpers/images.ts'
import { importInto, withImporter } from '../../helpers/importer.ts'

let folder: ReturnType<typeof temporaryFolder>
let images: string
let store: Store
beforeEach(async () => {
  folder = temporaryFolder('rescan')
  images = join(folder.path, 'images')
  mkdirSync(images)
  for (const [name, colour] of Object.entries({ a: '#ff0000', b: '#00ff00', c: '#0000ff' }))
    await draw(name, colour)
  writeFileSync(join(images, 'broken.png'), 'no image')
  store = openStore(join(folder.path, 'data'))
  store.datasets.save(await importInto(datasetsFolder(store.directory), { folder: images }))
})
afterEach(() => {
  store.close()
  folder.remove()
})

const draw = async (name: string, colour: string) =>
  writeFileSync(join(images, `${name}.png`), await plain(16, 16, colour).png().toBuffer())
const only = () => {
  const [dataset] = store.datasets.list()
  if (!dataset) throw new Error('There is no dataset.')
  return dataset
}
const rescan = (importer: ImporterClient, directory = only().directory) =>
  importer.request('rescan', { job: 'r', directory })

async function update(importer: ImporterClient, id: string) {
  const { scan } = await rescan(importer, store.datasets.get(id).directory)
  const packed = await importer.request('pack', {
    ...{
      job: 'p',
      scan,
      options: importOptionsOf(store, id),
      datasetsDirectory: datasetsFolder(store.directory),
    },
    reuse: store.datasets.get(id).directory,
  })
  return await replaceDataset(store, id, packed)
}

describe('a new scan of a folder', () => {
  it('finds nothing where nothing has changed, also where a file has only another time', async () => {
    utimesSync(join(images, 'a.png'), 1, 1)
    const { difference } = await withImporter((importer) => rescan(importer))
    const none = { count: 0, named: [] }
    expect(difference).toEqual({
      ...{ added: none, changed: none, removed: none },
      ...{ unchanged: 3, hasDetails: true },
    })
  })

  it('names what was added, changed and removed', async () => {
    rmSync(join(images, 'a.png'))
    await draw('b', '#123456')
    await draw('d', '#ffffff')
    const { difference } = await withImporter((importer) => rescan(importer))
    const one = (name: string) => ({ count: 1, named: [join(images, name)] })
    expect(difference).toMatchObject({
      ...{ added: one('d.png'), changed: one('b.png'), removed: one('a.png'), unchanged: 1 },
    })
  })

  it('of a folder that is gone is refused, and not taken for a folder without images', async () => {
    rmSync(images, { recursive: true })
    await withImporter(async (importer) => {
      await expect(rescan(importer)).rejects.toMatchObject({ kind: 'not-found', where: images })
    })
  })
})

describe('the import of the difference', () => {
  it('replaces the dataset with its name, tags, star, and excluded images; no run uses the old one', async () => {
    const before = only()
    store.datasets.update(before.id, { name: 'Colours', tags: ['plain'], starred: true, note: 'mine' })
    // The second image, which becomes the first.
    store.datasets.exclude(before.id, [1], true)
    rmSync(join(images, 'a.png'))
    await draw('d', '#ffffff')
    const { dataset, deleted } = await withImporter((importer) => update(importer, before.id))
    expect(deleted).toBe(true)
    expect(store.datasets.list()).toEqual([dataset])
    expect(dataset).toMatchObject({ name: 'Colours', tags: ['plain'], starred: true, note: 'mine', count: 3 })
    expect(store.datasets.excluded(dataset.id)).toEqual([0])
    const packed = new Dataset(dataset.directory)
    const first = [0, 1, 2].map((image) => [...packed.images([image]).pixels.subarray(0, 3)])
    packed.close()
    expect(first).toEqual([
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 255],
    ])
  })

  it('keeps the old dataset for the runs that use it, out of the lists', async () => {
    const before = only()
    const runService = new RunService(store)
    const run = runService.create({
      datasetId: before.id,
      preset: 'pixel-posterior',
      changes: {},
      device: 'cpu',
    })
    runService.dispose()
    await draw('d', '#ffffff')
    const { dataset, deleted } = await withImporter((importer) => update(importer, before.id))
    expect(deleted).toBe(false)
    expect(store.datasets.get(before.id).replacedBy).toBe(dataset.id)
    expect(store.runs.get(run.id)).toMatchObject({ datasetId: before.id, imageCount: 3 })
    expect(datasetOfPaths(store, [images])).toMatchObject({ id: dataset.id })
    // Back to what it was: the old one is the current one again.
    rmSync(join(images, 'd.png'))
    const back = await withImporter((importer) => update(importer, dataset.id))
    expect(back).toMatchObject({ dataset: { id: before.id, replacedBy: null }, deleted: true })
  })

  it('leaves out what was excluded under its new name, not other files with the same content', async () => {
    await draw('c', '#ff0000')
    await withImporter(async (importer) => {
      const { dataset } = await update(importer, only().id)
      // One of two equal files, and one that is renamed.
      store.datasets.exclude(dataset.id, [0, 1], true)
      renameSync(join(images, 'b.png'), join(images, 'd.png'))
      const next = await update(importer, dataset.id)
      expect(store.datasets.excluded(next.dataset.id)).toEqual([0, 2])
    })
  })

  it('decodes only what differs', async () => {
    const before = only()
    const elsewhere = join(folder.path, 'elsewhere')
    cpSync(before.directory, elsewhere, { recursive: true })
    // Packed images that are not those of their files show where they come from.
    const pixels = Buffer.alloc(before.count * 8 * 8 * 3, 7)
    writeFileSync(join(elsewhere, 'pixels.u8'), pixels)
    const index = parseIndex(readFileSync(join(elsewhere, 'index.json')))
    const pixelsSha256 = createHash('sha256').update(pixels).digest('hex')
    writeFileSync(join(elsewhere, 'index.json'), indexText({ ...index, pixelsSha256 }))
    await draw('b', '#102030')
    await withImporter(async (importer) => {
      const { scan } = await rescan(importer, elsewhere)
      const options = importOptionsOf(store, before.id)
      const colours = async () => {
        const datasetsDirectory = join(folder.path, randomUUID())
        const packed = await importer.request('pack', {
          job: 'p',
          scan,
          options,
          reuse: elsewhere,
          datasetsDirectory,
        })
        const dataset = new Dataset(packed.directory)
        const found = [0, 1, 2].map((image) => [...dataset.images([image]).pixels.subarray(0, 3)])
        dataset.close()
        return found
      }
      const sevens = [7, 7, 7]
      expect(await colours()).toEqual([sevens, [16, 32, 48], sevens])
      // A damaged earlier import is of no use: everything is decoded.
      writeFileSync(join(elsewhere, 'pixels.u8'), Buffer.alloc(pixels.length, 8))
      expect(await colours()).toEqual([
        [255, 0, 0],
        [16, 32, 48],
        [0, 0, 255],
      ])
    })
  })
})

it('a dataset is known by the paths that it was imported from', () => {
  expect(datasetOfPaths(store, [`${images}/`])?.id).toBe(only().id)
  expect(datasetOfPaths(store, [images, folder.path])).toBeNull()
  expect(datasetOfPaths(store, [join(images, 'a.png')])).toBeNull()
})

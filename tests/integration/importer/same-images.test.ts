import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importFolder } from '../../../src-main/cli/support/import-folder.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { OpenDatasets } from '../../../src-main/datasets/open-datasets.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { reasonsByName } from '../../helpers/importer.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('same-images')
const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')]
const store = openStore(join(folder.path, 'data'))

beforeAll(async () => {
  const colours = ['#d03030', '#30a030', '#3050d0']
  for (const [i, colour] of colours.entries())
    writeFiles(first, { [`${i}.png`]: await plain(16, 16, colour).png().toBuffer() })
  cpSync(first, second, { recursive: true })
  writeFiles(first, { 'z-old.png': '' })
  writeFiles(second, { 'z-broken.png': 'no image', 'z-empty.jpg': '' })
})
afterAll(() => {
  store.close()
  folder.remove()
})

it('the same images from another folder are the same dataset with the sources and problems of the new import', async () => {
  const one = await importFolder({ folder: first, store })
  expect(one).toMatchObject({ name: 'first', sources: [first], problemCount: 1 })
  // As a run in training and the app have it open.
  const training = new Dataset(one.directory)
  const library = new OpenDatasets()
  expect(reasonsByName(library.get(one.directory).index.problems)).toEqual({ 'z-old.png': 'is empty' })
  const before = training.all()
  const { ino } = statSync(join(one.directory, 'pixels.u8'))
  rmSync(first, { recursive: true })

  const two = await importFolder({ folder: second, store })
  expect(two).toMatchObject({ id: one.id, directory: one.directory, name: 'second', sources: [second] })
  expect(two.problemCount).toBe(2)
  expect(two.createdAt).toBeGreaterThanOrEqual(one.createdAt)
  expect(store.datasets.list()).toEqual([two])
  const { index } = library.get(one.directory)
  expect(index.sources).toEqual([second])
  expect(index.paths).toHaveLength(3)
  for (const path of index.paths) expect(existsSync(path), path).toBe(true)
  expect(reasonsByName(index.problems)).toEqual({
    'z-broken.png': 'is not an image',
    'z-empty.jpg': 'is empty',
  })

  // The images themselves are as they were, for whoever reads them.
  expect(statSync(join(two.directory, 'pixels.u8')).ino).toBe(ino)
  expect(Buffer.compare(training.all(), before)).toBe(0)
  expect(await training.verify()).toBe(true)
  expect(Buffer.compare(readFileSync(join(two.directory, 'pixels.u8')), before)).toBe(0)
  expect(readdirSync(join(folder.path, 'data', 'datasets'))).toEqual([one.id])
  training.close()
  library.close(one.directory)
})

import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { benchImport } from '../../../bench/commands/import.ts'
import { importFolder } from '../../../src-main/cli/support/import-folder.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { command } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('import-folder')
const data = join(folder.path, 'data')
const store = openStore(data)
afterAll(() => {
  store.close()
  folder.remove()
})

it('names the files that were left out, with the reason, ten of them', async () => {
  const images = join(folder.path, 'images')
  writeFiles(images, {
    'good.png': await plain(16, 16, '#20a040').png().toBuffer(),
    ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`bad ${i}\u001b[31m.png`, ''])),
  })
  let told = ''
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text)
    return true
  })
  try {
    const dataset = await importFolder({ folder: images, store })
    expect(dataset).toMatchObject({ count: 1, problemCount: 12 })
    expect(dataset).not.toHaveProperty('problems')
  } finally {
    stderr.mockRestore()
  }
  const named = told.split('\n').filter((line) => line.includes('is empty'))
  expect(named).toHaveLength(10)
  expect(named[0]).toBe(`  “${join(images, 'bad 0\ufffd[31m.png')}” is empty`)
  expect(told).toContain('12 files were left out:')
  expect(told).toContain('  and 2 more')
})

it('decodes only files that have changed since an earlier import of the same size', async () => {
  const images = join(folder.path, 'again')
  // Uncompressed, so that all files have the same length.
  const bytes = async (colour: string) => await plain(16, 16, colour).png({ compressionLevel: 0 }).toBuffer()
  writeFiles(images, { 'a.png': await bytes('#ff0000'), 'b.png': await bytes('#00ff00') })
  const first = await importFolder({ folder: images, store })
  const path = join(images, 'a.png')
  const { atime, mtime } = statSync(path)
  // As long as before and as old: by the file system it is untouched, so that it is not read.
  writeFileSync(path, await bytes('#0000ff'))
  utimesSync(path, atime, mtime)
  expect((await importFolder({ folder: images, store })).id).toBe(first.id)
  const larger = await importFolder({ folder: images, store, changes: { height: 32, width: 32 } })
  utimesSync(path, atime, new Date(mtime.getTime() + 5000))
  const second = await importFolder({ folder: images, store })
  const colours = [first, larger, second].map(({ directory }) => {
    const dataset = new Dataset(directory)
    const [red, , blue] = dataset.images([0]).pixels
    dataset.close()
    return [red, blue]
  })
  expect(colours).toEqual([
    [255, 0],
    [0, 255],
    [0, 255],
  ])
})

it('refuses an image size out of range before it reads the folder', async () => {
  const nowhere = join(folder.path, 'nowhere')
  const { code, err } = await command(data)(['train', nowhere, '--image-size', '1024'])
  expect(code).toBe(2)
  expect(err).toContain('1024')
  expect(err).toContain('It must be a whole number from 8 to 512.')
  expect(err).not.toContain('nowhere')
})

it('refuses it as early when the import is timed', async () => {
  const options = { imageSize: 4, photos: 1, megapixels: 1, repeats: 1 }
  await expect(benchImport(join(folder.path, 'nowhere'), options)).rejects.toMatchObject({
    kind: 'bad-input',
    message: expect.stringContaining('from 8 to 512, not 4'),
  })
})

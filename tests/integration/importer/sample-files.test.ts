import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tile, writePng } from '../../../src-main/engine/images/png.ts'
import { readText, saveSamples } from '../../../src-main/importer/sample-files.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('sample-files')
const shape = { height: 8, width: 8, channels: 1 } as const
const pixels = Uint8Array.from({ length: 5 * 64 }, (_, i) => i % 251)
const sheet = { path: join(folder.path, 'sheet.png'), shape, count: 5, columns: 3 }

beforeAll(async () => {
  await writePng(sheet.path, tile({ ...shape, count: 5, pixels }))
})
afterAll(() => folder.remove())

it('an image of a sheet is saved with its pixels and text', async () => {
  const path = join(folder.path, 'one.png')
  const text = { flowerbed: '{"a":1}', Description: 'x'.repeat(5000) }
  await saveSamples({ sheet, files: [{ path, images: [3], enlarge: 1, text }] })
  const found = await readText({ path, keyword: 'flowerbed' })
  expect(found?.text).toBe('{"a":1}')
  expect(found?.image).toMatchObject({ width: 8, height: 8, channels: 1 })
  expect([...(found?.image.pixels ?? [])]).toEqual([...pixels.subarray(3 * 64, 4 * 64)])
  expect(await readText({ path, keyword: 'other' })).toBeNull()
})

it('several are saved as an enlarged contact sheet', async () => {
  const path = join(folder.path, 'several.png')
  await saveSamples({ sheet, files: [{ path, images: [0, 1, 4], enlarge: 2, text: { flowerbed: 'x' } }] })
  expect((await readText({ path, keyword: 'flowerbed' }))?.image).toMatchObject({ width: 32, height: 32 })
})

it('where a file cannot be written the error says so and names it', async () => {
  const path = join(folder.path, 'no such folder', 'one.png')
  const saved = saveSamples({ sheet, files: [{ path, images: [0], enlarge: 1, text: {} }] })
  await expect(saved).rejects.toMatchObject({
    kind: 'bad-input',
    where: path,
    text: { id: 'write.noSuchPath' },
  })
})

it('a file that is no image, or gone, carries no text', async () => {
  const path = join(folder.path, 'broken.png')
  writeFileSync(path, 'no image')
  expect(await readText({ path, keyword: 'flowerbed' })).toBeNull()
  expect(await readText({ path: join(folder.path, 'gone.png'), keyword: 'flowerbed' })).toBeNull()
})

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, redThenBlue, writeFiles } from '../../helpers/images.ts'
import { withImporter } from '../../helpers/importer.ts'

const frames = [
  { shape: { height: 16, width: 16, channels: 3 }, fit: 'crop' },
  { shape: { height: 16, width: 16, channels: 3 }, fit: 'fit' },
  { shape: { height: 8, width: 24, channels: 1 }, fit: 'crop' },
] as const

test('a preview has the pixels that the import packs, and leaves out what cannot be read any more', async () => {
  const folder = temporaryFolder('preview')
  const images = join(folder.path, 'images')
  writeFiles(images, {
    'a.png': await redThenBlue(),
    'b.png': await plain(10, 30, '#20c040').png().toBuffer(),
    'c.png': await plain(20, 20, '#808080').png().toBuffer(),
  })
  await withImporter(async (importer) => {
    const { scan, suggested } = await importer.request('scan', { job: 's', paths: [images] })
    for (const { shape, fit } of frames) {
      const shown = await importer.request('preview', { scan, count: 2, shape, fit })
      const { directory } = await importer.request('pack', {
        ...{ job: 'p', scan, options: { ...suggested, ...shape, fit } },
        datasetsDirectory: join(folder.path, 'datasets'),
      })
      const dataset = new Dataset(directory)
      const packed = dataset.images([0, 1])
      dataset.close()
      expect(shown).toMatchObject({ ...shape, count: 2 })
      expect(Buffer.from(shown.pixels).equals(Buffer.from(packed.pixels))).toBe(true)
    }
    rmSync(join(images, 'b.png'))
    const { shape, fit } = frames[0]
    expect(await importer.request('preview', { scan, count: 3, shape, fit })).toMatchObject({ count: 2 })
    const gone = importer.request('preview', { scan: 'another', count: 1, shape, fit })
    await expect(gone).rejects.toMatchObject({ kind: 'not-found' })
  })
  folder.remove()
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readSheet, tile, writePng } from '../../../../src-main/engine/images/png.ts'
import { temporaryFolder } from '../../../helpers/folder.ts'

const folder = temporaryFolder('sheet')
afterAll(() => folder.remove())

it.each([
  [1, 5, 3],
  [3, 4, 2],
  [4, 6, 4],
] as const)(
  'a sheet with %i channels of %i images in %i columns is read as it was written',
  async (channels, count, columns) => {
    const shape = { height: 3, width: 2, channels }
    const pixels = Uint8Array.from({ length: count * 6 * channels }, (_, i) => (i * 37) % 256)
    const path = join(folder.path, `${channels}.png`)
    await writePng(path, tile({ ...shape, count, pixels }, columns))
    const read = await readSheet({ path, shape, count, columns })
    expect(read).toEqual({ ...shape, count, pixels })
    await expect(readSheet({ path, shape: { ...shape, width: 5 }, count, columns })).rejects.toThrow(
      'is damaged',
    )
  },
)

it('names a file that is gone or no PNG', async () => {
  const sheet = { shape: { height: 8, width: 8, channels: 1 } as const, count: 1, columns: 1 }
  const path = join(folder.path, 'none.png')
  await expect(readSheet({ ...sheet, path })).rejects.toThrow('is gone')
  writeFileSync(path, 'no image')
  await expect(readSheet({ ...sheet, path })).rejects.toThrow('is damaged')
})

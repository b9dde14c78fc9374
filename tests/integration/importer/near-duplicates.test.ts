import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { pixelDifference, signatureOf } from '../../../src-main/importer/image-signature.ts'
import { findNearDuplicates } from '../../../src-main/importer/near-duplicates.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { writeFiles } from '../../helpers/images.ts'
import { importInto, withImporter } from '../../helpers/importer.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('near-duplicates')
})
afterEach(() => folder.remove())

/** Waves whose frequencies depend on the seed: no two alike. */
const waves = (seed: number, side = 96) => {
  const bytes = Uint8Array.from({ length: side * side * 3 }, (_, k) => {
    const [x, y, c] = [(Math.floor(k / 3) % side) / side, Math.floor(k / 3 / side) / side, k % 3]
    return 128 + 100 * Math.sin((3 + seed) * 2 * x + (5 + 2 * seed) * y + c + seed)
  })
  return sharp(bytes, { raw: { width: side, height: side, channels: 3 } })
}

describe('near duplicates', () => {
  it('are copies in other sizes, formats and qualities, and no other images', async () => {
    writeFiles(join(folder.path, 'images'), {
      'a0.png': await waves(0).png().toBuffer(),
      'a1.png': await waves(1).png().toBuffer(),
      'a2.png': await waves(2).png().toBuffer(),
      'b1.jpg': await waves(1).resize(64, 64).jpeg({ quality: 60 }).toBuffer(),
      'c1.webp': await waves(1).modulate({ brightness: 1.01 }).webp().toBuffer(),
      'd2.png': await waves(2).png().toBuffer(),
      // As the first, but another colour, which the brightness alone does not tell.
      'e0.png': await waves(0)
        .recomb([
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ])
        .png()
        .toBuffer(),
    })
    const dataset = await importInto(join(folder.path, 'datasets'), {
      folder: join(folder.path, 'images'),
      changes: { height: 32, width: 32 },
    })
    const find = (excluded: number[]) =>
      withImporter((importer) =>
        importer.request('nearDuplicates', { job: 'j', directory: dataset.directory, excluded }),
      )
    expect(await find([])).toEqual([
      [1, 3, 4],
      [2, 5],
    ])
    // What is left out is in no group, and the others keep their places.
    expect(await find([0, 1, 2])).toEqual([[3, 4]])
  })

  it('end with the kind of a cancelled job', async () => {
    const shape = { height: 8, width: 8, channels: 3 } as const
    const directory = packedDataset(join(folder.path, 'many'), { count: 100, shape, pixel: (i, k) => i + k })
    const aborted = AbortSignal.abort()
    const search = findNearDuplicates(
      { directory, excluded: [] },
      { signal: aborted, report: () => undefined },
    )
    await expect(search).rejects.toMatchObject({ kind: 'cancelled' })
  })

  it('of very many equal images are one group', async () => {
    const shape = { height: 8, width: 8, channels: 1 } as const
    const directory = packedDataset(join(folder.path, 'equal'), { count: 20_000, shape, pixel: () => 7 })
    const reports: number[] = []
    const groups = await findNearDuplicates(
      { directory, excluded: [] },
      { signal: new AbortController().signal, report: ({ done }) => void reports.push(done) },
    )
    expect(groups.map((group) => group.length)).toEqual([20_000])
    expect(reports.at(-1)).toBe(20_000)
  })
})

it('the signature of an image says where its brightness grows to the right, and keeps its colours', () => {
  const [width, height] = [9, 8]
  // Brighter to the right in the upper half, darker in the lower one.
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, k) => {
    const [x, y, c] = [Math.floor(k / 3) % width, Math.floor(k / 3 / width), k % 3]
    return c === 2 ? 0 : y < 4 ? 20 * x : 200 - 20 * x
  })
  const { hash, pixels: small } = signatureOf(pixels, { width, height, channels: 3 })
  expect(hash.map((word) => word >>> 0)).toEqual([0xffffffff, 0])
  expect(small[2]).toBe(0)
  expect(pixelDifference(Uint8Array.of(0, 0), Uint8Array.of(3, 4))).toBeCloseTo(Math.sqrt(12.5))
})

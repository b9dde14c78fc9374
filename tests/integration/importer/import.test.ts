import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import sharp from 'sharp'
import { datasetIndexSchema } from '#shared/schemas/dataset.ts'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import { forkImporter } from '../../../src-main/processes/importer.ts'
import { plain, redThenBlue, writeFiles } from '../../helpers/images.ts'

let folder: string
let datasets: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowerbed-test-'))
  datasets = join(folder, 'datasets')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function withImporter<Result>(
  work: (importer: ReturnType<typeof forkImporter>) => Promise<Result>,
  options: Parameters<typeof forkImporter>[0] = {},
): Promise<Result> {
  const importer = forkImporter(options)
  try {
    return await work(importer)
  } finally {
    importer.dispose()
  }
}

const many = async (count: number) => {
  const files: Record<string, Buffer> = {}
  for (let i = 0; i < count; i++) {
    files[`images/${i}.png`] = await plain(32, 32, `rgb(${i % 256}, ${i >> 8}, 9)`)
      .png()
      .toBuffer()
  }
  return files
}

test('good images are packed in natural order, broken ones are named with a reason in words', async () => {
  const good = await plain(40, 40, '#00ff00').jpeg().toBuffer()
  // Noise, so that half of the file is not all of the image.
  const bytes = Uint8Array.from({ length: 200 * 200 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251)
  const noise = await sharp(bytes, { raw: { width: 200, height: 200, channels: 3 } })
    .jpeg()
    .toBuffer()
  const huge = Buffer.from(await plain(8, 8, '#fff').png().toBuffer())
  huge.writeUInt32BE(60_000, 16)
  huge.writeUInt32BE(60_000, 20)
  writeFiles(folder, {
    'images/10.jpg': await plain(40, 40, '#0000ff').png().toBuffer(),
    'images/2.jpg': await plain(40, 40, '#ff0000').png().toBuffer(),
    'images/ünïcödé 花.jpg': good,
    'images/.hidden.jpg': good,
    'images/notes.txt': 'no image, and none claimed',
    'images/text.jpg': 'no image',
    'images/empty.png': '',
    'images/cut.jpg': noise.subarray(0, noise.length / 2),
    'images/huge.png': huge,
  })
  symlinkSync(join(folder, 'images'), join(folder, 'images', 'loop'))

  const record = await withImporter(async (importer) => {
    const report = await importer.request('scan', { job: 's', paths: [join(folder, 'images')] })
    expect(report.suggestedName).toBe('images')
    const options = { ...report.suggested, height: 8, width: 8 }
    return importer.request('pack', { job: 'p', scan: report.scan, options, datasetsDirectory: datasets })
  })
  const index = datasetIndexSchema.parse(
    JSON.parse(readFileSync(join(record.directory, 'index.json'), 'utf8')),
  )
  expect(index.paths.map((path) => path.slice(folder.length))).toEqual([
    '/images/2.jpg',
    '/images/10.jpg',
    '/images/ünïcödé 花.jpg',
  ])
  const reasons = Object.fromEntries(
    index.problems.map(({ path, reason }) => [path.split('/').pop(), reason]),
  )
  expect(reasons).toEqual({
    'text.jpg': 'is not an image',
    'empty.png': 'is empty',
    'cut.jpg': 'is cut off',
    'huge.png': 'is larger than 268 megapixels',
  })
  const pixels = readFileSync(join(record.directory, 'pixels.u8'))
  expect(pixels.length).toBe(3 * 8 * 8 * 3)
  expect([...pixels.subarray(0, 3)]).toEqual([255, 0, 0])
  expect([...pixels.subarray(8 * 8 * 3, 8 * 8 * 3 + 3)]).toEqual([0, 0, 255])
  expect(createHash('sha256').update(pixels).digest('hex')).toBe(index.pixelsSha256)
})

test('a folder without any image is refused in one clear line', async () => {
  writeFiles(folder, { 'images/readme.txt': 'hello' })
  await withImporter(async (importer) => {
    await expect(
      importer.request('scan', { job: 's', paths: [join(folder, 'images')] }),
    ).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining('one file') })
  })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i comes out upright', async (orientation) => {
  // The stored image is the upright one turned by the inverse of what its tag asks for.
  const upright = await redThenBlue()
  const stored = await sharp(upright).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer()
  const expected = await sharp(stored).autoOrient().resize(8, 8, { fit: 'fill' }).raw().toBuffer()
  const [path = ''] = writeFiles(folder, { 'a.jpg': stored })
  const shape = { height: 16, width: 16, channels: 3 } as const
  const got = await withImporter((importer) => importer.request('decode', { path, shape, fit: 'fit' }))
  const at = (x: number, y: number) => [...got.pixels.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3)]
  const reddish = ([r = 0, , b = 0]: number[]) => r > b
  // Orientation 1–4 lie (bands left and right), 5–8 stand (bands above and below).
  const first = orientation <= 4 ? at(3, 8) : at(8, 3)
  const last = orientation <= 4 ? at(12, 8) : at(8, 12)
  expect(reddish(first)).toBe(reddish([...expected.subarray(0, 3)]))
  expect(reddish(last)).toBe(!reddish(first))
  expect(reddish(first)).toBe([1, 4, 5, 6].includes(orientation))
})

test('colour models become what is asked for', async () => {
  const shape = { height: 8, width: 8, channels: 3 } as const
  const files = writeFiles(folder, {
    'cmyk.jpg': await plain(16, 16, '#ff0000').toColourspace('cmyk').jpeg().toBuffer(),
    'deep.png': await plain(16, 16, '#ff0000').toColourspace('rgb16').png().toBuffer(),
    'clear.png': await sharp({
      create: { width: 16, height: 16, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer(),
    'grey.png': await plain(16, 16, '#808080').toColourspace('b-w').png().toBuffer(),
  })
  const first = await withImporter(async (importer) => {
    const pixels: number[][] = []
    for (const path of files) {
      const batch = await importer.request('decode', { path, shape, fit: 'crop' })
      expect(batch.pixels.length).toBe(8 * 8 * 3)
      pixels.push([...batch.pixels.subarray(0, 3)])
    }
    return pixels
  })
  const [cmyk = [], ...exact] = first
  expect(cmyk[0]).toBeGreaterThan(200)
  expect(cmyk[1]).toBeLessThan(60)
  expect(exact).toEqual([
    [255, 0, 0],
    [255, 255, 255],
    [128, 128, 128],
  ])
})

test('the same images are the same dataset', async () => {
  writeFiles(folder, await many(3))
  await withImporter(async (importer) => {
    const report = await importer.request('scan', { job: 's', paths: [join(folder, 'images')] })
    const job = { job: 'p', scan: report.scan, options: report.suggested, datasetsDirectory: datasets }
    const one = await importer.request('pack', job)
    const two = await importer.request('pack', job)
    expect(two).toEqual(one)
    expect(readdirSync(datasets)).toEqual([one.id])
  })
})

test('a cancelled import leaves no files', async () => {
  writeFiles(folder, await many(400))
  let cancel = () => {}
  const onEvent = (event: ImporterEvent) => {
    if (event.type !== 'progress') return
    const { progress } = event
    if (progress.phase === 'packing' && progress.done > 0) cancel()
  }
  await withImporter(
    async (importer) => {
      const report = await importer.request('scan', { job: 's', paths: [join(folder, 'images')] })
      cancel = () => void importer.request('cancel', { job: 'p' })
      const job = { job: 'p', scan: report.scan, options: report.suggested, datasetsDirectory: datasets }
      await expect(importer.request('pack', job)).rejects.toMatchObject({ kind: 'cancelled' })
      expect(readdirSync(datasets)).toEqual([])
    },
    { onEvent },
  )
})

test('an importer that is killed while packing is started again and loses nothing', async () => {
  writeFiles(folder, await many(400))
  const pids: number[] = []
  const onEvent = (event: ImporterEvent) => {
    if (event.type !== 'progress') return
    const { progress } = event
    if (progress.phase === 'packing' && progress.done > 0 && pids.length === 1)
      process.kill(pids[0]!, 'SIGKILL')
  }
  await withImporter(
    async (importer) => {
      const report = await importer.request('scan', { job: 's', paths: [join(folder, 'images')] })
      const job = { job: 'p', scan: report.scan, options: report.suggested, datasetsDirectory: datasets }
      const record = await importer.request('pack', job)
      expect(record).toMatchObject({ count: 400, problemCount: 0 })
      expect(pids.length).toBe(2)
      expect(readdirSync(datasets)).toEqual([record.id])
    },
    { onEvent, onStart: (pid) => pids.push(pid) },
  )
})

import { cpSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetIndex, ImportedDataset } from '#shared/schemas/dataset.ts'
import { resolveConfig } from '#shared/presets.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { Trainer } from '../../../src-main/engine/training/trainer.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { parseIndex } from '../../../src-main/datasets/index-file.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { importInto } from '../../helpers/importer.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('damage')
const images = join(folder.path, 'images')
const datasets = join(folder.path, 'datasets')
const damaged = { kind: 'corrupt', hint: expect.stringMatching(/Import the folder again.*runs.*safe/) }
let made: ImportedDataset

beforeAll(async () => {
  const colours = ['#d03030', '#30a030', '#3050d0']
  for (const [i, colour] of colours.entries())
    writeFiles(images, { [`${i % 2}/${i}.png`]: await plain(16, 16, colour).png().toBuffer() })
  made = await importInto(datasets, { folder: images, changes: { labels: true } })
})
afterAll(() => folder.remove())

/** A copy of the dataset, to be damaged. */
function copy(): string {
  const directory = join(folder.path, 'copy')
  rmSync(directory, { recursive: true, force: true })
  cpSync(made.directory, directory, { recursive: true })
  return directory
}

function flip(path: string, bit: number): void {
  const bytes = readFileSync(path)
  const at = (bit >> 3) % bytes.length
  bytes[at] = bytes[at]! ^ (1 << (bit & 7))
  writeFileSync(path, bytes)
}

async function open(directory: string): Promise<DatasetIndex> {
  const dataset = new Dataset(directory)
  try {
    await dataset.verify()
    return dataset.index
  } finally {
    dataset.close()
  }
}

const anyBit = fc.nat(2 ** 30)

describe('a flipped bit', () => {
  it.each(['pixels.u8', 'index.json'])('anywhere in %s is detected', async (name) => {
    await open(copy())
    await fc.assert(
      fc.asyncProperty(anyBit, async (bit) => {
        const directory = copy()
        flip(join(directory, name), bit)
        await expect(open(directory)).rejects.toMatchObject({
          ...damaged,
          where: join(directory, name),
        })
      }),
      { numRuns: 150, examples: [[0], [readFileSync(join(made.directory, name)).length * 8 - 1]] },
    )
  })

  it('in the index of an older version is detected, or is in nothing that training goes by', () => {
    const { sources, paths, problems, options, ...rest } = parseIndex(oldIndex())
    fc.assert(
      fc.property(anyBit, (bit) => {
        const bytes = oldIndex()
        const at = (bit >> 3) % bytes.length
        bytes[at] = bytes[at]! ^ (1 << (bit & 7))
        let read: DatasetIndex
        try {
          read = parseIndex(bytes)
        } catch {
          return
        }
        // Wrong pixels are found by their hash; what is left to differ is only shown.
        expect({ ...read, pixelsSha256: rest.pixelsSha256 }).toMatchObject({
          ...rest,
          options: { width: options.width, height: options.height, fit: options.fit },
        })
        expect(read.paths).toHaveLength(paths.length)
      }),
      { numRuns: 500 },
    )
    expect([sources, problems]).toEqual([[images], []])
  })
})

/** As versions without a checksum wrote it. */
function oldIndex(): Buffer {
  const { indexSha256, details, ...index } = JSON.parse(
    readFileSync(join(made.directory, 'index.json'), 'utf8'),
  ) as { indexSha256: string; details: DatasetIndex['details'] }
  expect(details?.width).toHaveLength(made.count)
  expect(indexSha256).toMatch(/^[\da-f]{64}$/)
  return Buffer.from(JSON.stringify(index))
}

it('an index without a checksum stays readable', async () => {
  const directory = copy()
  writeFileSync(join(directory, 'index.json'), oldIndex())
  expect(await open(directory)).toMatchObject({ id: made.id, count: 3, labels: ['0', '1'] })
})

it('damage with the size and time of before is detected in the same process', async () => {
  const directory = copy()
  const pixels = join(directory, 'pixels.u8')
  await open(directory)
  const { atime, mtime } = statSync(pixels)
  flip(pixels, 1234)
  utimesSync(pixels, atime, mtime)
  await expect(open(directory)).rejects.toMatchObject(damaged)
})

it('a file that is cut off while it is open is not taken for black images', async () => {
  const directory = copy()
  const dataset = new Dataset(directory)
  writeFileSync(join(directory, 'pixels.u8'), readFileSync(join(directory, 'pixels.u8')).subarray(0, 300))
  expect(() => dataset.images([2])).toThrow('cut off')
  expect(() => dataset.all()).toThrow('cut off')
  await expect(dataset.read([2])).rejects.toMatchObject(damaged)
  dataset.close()
})

it('verifying does not block the process, and can be cancelled', async () => {
  const shape = { height: 512, width: 512, channels: 1 } as const
  const directory = packedDataset(join(folder.path, 'large'), { count: 16, shape, pixel: (i, k) => i ^ k })
  const dataset = new Dataset(directory)
  expect(await dataset.verify({ isCancelled: () => true })).toBe(false)
  const state = { ticks: 0, done: false }
  const verifying = dataset.verify().finally(() => (state.done = true))
  while (!state.done) {
    await nextTurn()
    state.ticks++
  }
  expect(await verifying).toBe(true)
  // 4 MiB, of which at most one is hashed in a turn.
  expect(state.ticks).toBeGreaterThanOrEqual(4)
  dataset.close()
})

it('training on damaged pixels is refused before the first step', async () => {
  loadTensorFlow({ device: 'cpu' })
  const shape = { height: 8, width: 8, channels: 1 } as const
  const directory = packedDataset(join(folder.path, 'train'), { count: 20, shape, pixel: halves(shape) })
  flip(join(directory, 'pixels.u8'), 4321)
  const events: string[] = []
  const trainer = new Trainer({
    request: {
      runId: 'run',
      runDirectory: join(folder.path, 'run'),
      datasetDirectory: directory,
      config: resolveConfig('pixel-posterior', {
        steps: 2,
        batch: 4,
        hidden: 8,
        network: 'conv',
        sampleEvery: 0,
      }),
      device: 'cpu',
    },
    machine: describeMachine(loadTensorFlow({ device: 'cpu' })),
    emit: ({ type }) => events.push(type),
  })
  await expect(trainer.run()).rejects.toMatchObject(damaged)
  expect(events).not.toContain('metrics')
})

describe('importing again', () => {
  it.each(['pixels.u8', 'index.json'])('replaces a damaged %s', async (name) => {
    flip(join(made.directory, name), 999)
    const again = await importInto(datasets, { folder: images, changes: { labels: true } })
    expect(again).toMatchObject({ id: made.id, directory: made.directory })
    expect((await open(made.directory)).count).toBe(3)
    expect(readdirSync(datasets)).toEqual([made.id])
    expect(readdirSync(made.directory).sort()).toEqual(['index.json', 'pixels.u8'])
  })

  it('leaves a good dataset as it is', async () => {
    const stamp = () => ['pixels.u8', 'index.json'].map((name) => statSync(join(made.directory, name)).ino)
    const before = stamp()
    await importInto(datasets, { folder: images, changes: { labels: true } })
    expect(stamp()).toEqual(before)
  })

  it('keeps what an older version decoded to other pixels, and packs again beside it', async () => {
    // As if the decoder had been another one: other pixels, and an index that says so.
    const index = parseIndex(readFileSync(join(made.directory, 'index.json')))
    const other = packedDataset(join(folder.path, 'other'), {
      count: index.count,
      shape: index.shape,
      pixel: (_, k) => k % 256,
    })
    const { pixelsSha256 } = parseIndex(readFileSync(join(other, 'index.json')))
    cpSync(join(other, 'pixels.u8'), join(made.directory, 'pixels.u8'))
    writeFileSync(join(made.directory, 'index.json'), JSON.stringify({ ...index, pixelsSha256 }))
    const again = await importInto(datasets, { folder: images, changes: { labels: true } })
    expect(again.id).not.toBe(made.id)
    expect((await open(made.directory)).pixelsSha256).toBe(pixelsSha256)
    expect((await open(again.directory)).pixelsSha256).toBe(index.pixelsSha256)
    const third = await importInto(datasets, { folder: images, changes: { labels: true } })
    expect(third.id).toBe(again.id)
  })
})

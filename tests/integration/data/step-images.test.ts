import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { Augmentation } from '../../../src-main/engine/data/augment.ts'
import { BatchStream, toImages } from '../../../src-main/engine/data/batches.ts'
import { ImageFeed, imageInput } from '../../../src-main/engine/data/step-images.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { augment } from '../../helpers/augmented.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('images')
const seed = 5
const off: Augmentation = resolveConfig('pixel-posterior')

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterAll(() => {
  folder.remove()
})

const shapes: ImageShape[] = [
  { height: 8, width: 8, channels: 3 },
  { height: 9, width: 11, channels: 1 },
]
const datasetOf = (shape: ImageShape) => {
  // Contains all 256 values.
  const pixel = (image: number, byte: number) => (image * 89 + byte * 7) % 256
  const name = `${shape.height}-${shape.width}`
  return new Dataset(packedDataset(join(folder.path, name), { count: 30, shape, pixel }))
}

/** The images of some steps, made by a program. */
async function made(options: {
  dataset: Dataset
  settings: Augmentation
  resident: boolean
  mode: 'eager' | 'compiled'
  parts?: number
}): Promise<Float32Array[]> {
  const { dataset, settings, resident, mode, parts = 1 } = options
  const { shape, count } = dataset.index
  const plan = { shape, count: 8, settings, resident: resident ? count : 0 }
  const input = imageInput(plan)
  const length = plan.count / parts
  const program = createProgram(
    {
      name: 'images',
      state: input.state,
      feeds: input.feeds,
      body: (state, feeds) => ({
        fetches: Object.fromEntries(
          Array.from({ length: parts }, (_, i) => [
            `x${i}`,
            input.images(state, feeds, { first: i * length, length }),
          ]),
        ),
        next: {},
      }),
    },
    { mode },
  )
  const feed = new ImageFeed(dataset, {
    plan,
    seed,
    indices: Uint32Array.from({ length: count }, (_, i) => i),
  })
  program.write(feed.state())
  const steps: Float32Array[] = []
  // Also one that was not prefetched.
  for (const step of [0, 1, 2, 7]) {
    const fetched = program.run(await feed.feeds(step))
    steps.push(Float32Array.from(Object.values(fetched).flatMap((part) => [...part])))
  }
  await feed.end()
  program.dispose()
  return steps
}

function expected(dataset: Dataset, settings: Augmentation): Float32Array[] {
  const { shape, count } = dataset.index
  const indices = Uint32Array.from({ length: count }, (_, i) => i)
  const batches = new BatchStream({ batch: 8, seed, indices })
  return [0, 1, 2, 7].map((step) => {
    const images = toImages(dataset.images(batches.indicesAt(step)).pixels)
    augment(images, { settings, shape, seed, step })
    return images
  })
}

describe.each(shapes)('the images of a step, $height × $width × $channels', (shape) => {
  const modes = [true, false].flatMap((resident) =>
    (['eager', 'compiled'] as const).map((mode) => ({ resident, mode })),
  )
  it.each(modes)('are bit for bit those of plain loops, resident: $resident, $mode', async (mode) => {
    const dataset = datasetOf(shape)
    for (const settings of [
      off,
      { ...off, flip: true },
      { ...off, turn: true, flipVertical: true },
      { ...off, flip: true, flipVertical: true, turn: true, shift: 0.3 },
    ])
      expect(await made({ dataset, settings, ...mode })).toEqual(expected(dataset, settings))
    dataset.close()
  })

  it('are the same in parts', async () => {
    const dataset = datasetOf(shape)
    const settings = { ...off, turn: true, shift: 0.2 }
    for (const resident of [true, false])
      expect(await made({ dataset, settings, resident, mode: 'compiled', parts: 4 })).toEqual(
        expected(dataset, settings),
      )
    dataset.close()
  })

  it('are jittered as by plain loops, except for rounding', async () => {
    const dataset = datasetOf(shape)
    const settings = { ...off, flip: true, shift: 0.3, jitter: 0.5 }
    const plain = expected(dataset, settings)
    const jittered = await made({ dataset, settings, resident: true, mode: 'compiled' })
    jittered.forEach((images, i) => {
      images.forEach((value, k) => expect(Math.abs(value - (plain[i]?.[k] ?? NaN))).toBeLessThan(1e-6))
    })
    dataset.close()
  })
})

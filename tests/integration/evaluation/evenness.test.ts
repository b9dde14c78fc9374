import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paceNames } from '#shared/sampling-messages.ts'
import type { ImageSource } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { resolveConfig } from '#shared/presets.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { measureEvenness, middleThird, randomPairs } from '../../../src-main/engine/evaluation/evenness.ts'
import type { EvennessOptions } from '../../../src-main/engine/evaluation/evenness.ts'
import { imageAt } from '../../../src-main/engine/images/png.ts'
import { LoadedSamplers } from '../../../src-main/engine/sampling/loaded-samplers.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 1 } as const
const count = 64
const folder = temporaryFolder('evenness')
const datasetDirectory = packedDataset(join(folder.path, 'dataset'), { count, shape, pixel: halves(shape) })
const samplers = new LoadedSamplers()
let checkpoint: string | null = null
const engine = createEngine({
  emit: (event) => {
    if (event.type === 'checkpoint') checkpoint = event.record.file
  },
})
const run = {
  runId: 'run',
  runDirectory: join(folder.path, 'run'),
  config: resolveConfig('pixel-posterior', {
    ...{ steps: 60, batch: 8, hidden: 8, network: 'conv', learningRate: 3e-3 },
    ...{ sampleEvery: 0, checkpointEvery: 60 },
  }),
}
const sampling = { steps: 8 }
const measure = (changes: Partial<EvennessOptions> = {}) =>
  samplers.use({ source: { ...run, shape, checkpoint } }, (sampler) =>
    measureEvenness(sampler, {
      datasetDirectory,
      ...{ pairs: 4, frames: 9, encoder: 'posterior', sampling },
      ...changes,
    }),
  )

beforeAll(async () => {
  loadTensorFlow({ device: 'cpu' })
  await engine.handlers.train({ ...run, datasetDirectory, device: 'cpu' })
})
afterAll(async () => {
  await samplers.clear()
  await engine.dispose()
  folder.remove()
})

describe('the evenness of interpolations', () => {
  it('is that of the interpolations between the same images', async () => {
    const report = await measure()
    expect(report.pairs.map(({ a, b }) => [a, b])).toEqual(randomPairs(count, { pairs: 4, seed: 1 }))
    const image = (index: number): ImageSource => ({ kind: 'dataset', datasetDirectory, index })
    const request = {
      ...{ model: { ...run, shape, checkpoint }, device: 'cpu' as const, sampling },
      ...{ encoder: 'posterior' as const, frames: 9, mode: 'slerp' as const },
    }
    for (const [i, pair] of report.pairs.entries()) {
      for (const pace of paceNames) {
        const ends = { images: [image(pair.a), image(pair.b)] }
        const made = await engine.handlers.interpolate({ ...request, ...ends, pace })
        expect(pair.evenness[pace]).toBeCloseTo(made.evenness, 6)
        expect(pair.endError).toEqual(made.reconstructionError)
        // Frames 3 to 5 of 0 to 8 are in the middle third.
        for (const frame of [3, 4, 5])
          expect(imageAt(report.middle[pace], 3 * i + frame - 3)).toEqual(imageAt(made.frames, frame))
      }
    }
    const even = report.pairs.map(({ evenness }) => evenness.even).sort((x, y) => x - y)
    expect(report.evenness.even).toEqual({ median: (even[1]! + even[2]!) / 2, worst: even[3] })
    expect(report.evenness.even.worst).toBeLessThan(report.evenness.parameter.worst)
    expect(report.endError.worst).toBe(Math.max(...report.pairs.flatMap(({ endError }) => endError)))
    expect(report.middle.even.count).toBe(12)
  })

  it('reports its progress and stops where that fails', async () => {
    const shares: number[] = []
    const onStep = (share: number) => {
      shares.push(share)
      return share > 0.6 ? Promise.reject(new Error('stopped')) : Promise.resolve()
    }
    await expect(measure({ onStep, encoder: 'inversion', pairs: 2 })).rejects.toThrow('stopped')
    expect(shares.length).toBeGreaterThan(4)
    expect(shares).toEqual([...shares].sort((x, y) => x - y))
  })

  it.each([
    [{ pairs: 0 }, /At least 1 pair/],
    [{ pairs: 1.5 }, /not 1\.5/],
    [{ frames: 4 }, /at least 5 frames, not 4/],
  ])('refuses %o', async (changes, message) => {
    await expect(measure(changes)).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('random pairs', () => {
  it('are of different images, and each depends on the seed and its number alone', () => {
    const pairs = randomPairs(5, { pairs: 400, seed: 3 })
    expect(pairs.every(([a, b]) => a !== b && [a, b].every((i) => i >= 0 && i < 5))).toBe(true)
    expect(new Set(pairs.map(String)).size).toBe(20)
    expect(randomPairs(5, { pairs: 7, seed: 3 })).toEqual(pairs.slice(0, 7))
    expect(randomPairs(5, { pairs: 400, seed: 4 })).not.toEqual(pairs)
    expect(() => randomPairs(1, { pairs: 1, seed: 1 })).toThrow(/at least two images/)
  })
})

it('takes the frames from a third to two thirds of the way', () => {
  const numbered = (frames: number): PixelBatch => ({
    ...{ height: 1, width: 1, channels: 1, count: frames },
    pixels: Uint8Array.from({ length: frames }, (_, i) => i),
  })
  expect([...middleThird(numbered(17)).pixels]).toEqual([6, 7, 8, 9, 10])
  expect([...middleThird(numbered(7)).pixels]).toEqual([2, 3, 4])
  expect([...middleThird(numbered(5)).pixels]).toEqual([2])
})

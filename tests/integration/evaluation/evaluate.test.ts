import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateRequest } from '#shared/engine-messages.ts'
import { curveEvaluations, evaluationSchema, measureNames } from '#shared/schemas/evaluation.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { resolveConfig } from '#shared/presets.ts'
import { labelsOfSamples, openImages } from '../../../src-main/engine/evaluation/evaluation-images.ts'
import { measure } from '../../../src-main/engine/evaluation/measure.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 12, width: 12, channels: 1 } as const
const size = 144
const folder = temporaryFolder('evaluate')
/** Bright discs of different positions and sizes on black, each image another one. */
const discs = (seed: number) => (image: number, byte: number) => {
  const uniform = uniformStream(seed, image, 'noise')
  const [x, y, radius] = [3 + 6 * uniform(), 3 + 6 * uniform(), 1.5 + 2 * uniform()]
  const distance = Math.hypot((byte % 12) - x, Math.floor(byte / 12) - y)
  return Math.round(255 * Math.max(0, Math.min(1, radius - distance + 0.5)))
}
const dataset = packedDataset(join(folder.path, 'dataset'), { count: 120, shape, pixel: discs(1) })
const others = packedDataset(join(folder.path, 'others'), { count: 70, shape, pixel: discs(2) })
const wide = packedDataset(join(folder.path, 'wide'), {
  count: 70,
  shape: { ...shape, width: 16 },
  pixel: () => 0,
})
const few = packedDataset(join(folder.path, 'few'), { count: 12, shape, pixel: discs(1) })

const shares: number[] = []
let checkpoint: string | null = null
const engine = createEngine({
  emit: (event) => {
    if (event.type === 'checkpoint') checkpoint = event.record.file
    if (event.type !== 'sampling') return
    shares.push(event.share)
    if (event.job === 'cancelled' && event.share > 0) void engine.handlers.cancelSampling({ job: event.job })
  },
})
let tensorsBefore = 0
const config = resolveConfig('pixel-posterior', {
  ...{ steps: 20, batch: 8, hidden: 8, network: 'conv', precision: 'fp32' },
  ...{ sampleEvery: 0, sampleCount: 1, sampleSteps: 1, checkpointEvery: 1000 },
})
const run = { runId: 'run', runDirectory: join(folder.path, 'run'), config }

const request = (changes: Partial<EvaluateRequest> = {}): EvaluateRequest => ({
  model: { ...run, shape, checkpoint },
  ...{ device: 'cpu', datasetDirectory: dataset, against: null, count: 32, seed: 1 },
  ...{ curve: true, interpolation: null },
  sampling: { solver: 'euler', steps: 3 },
  ...changes,
})

beforeAll(async () => {
  await engine.handlers.train({ ...run, datasetDirectory: dataset, device: 'cpu' })
  // Loads the model, so that only what an evaluation leaves behind is counted.
  await engine.handlers.sample({ ...request(), count: 1, seed: 1, save: false })
  tensorsBefore = tf.memory().numTensors
})
afterAll(async () => {
  expect(tf.memory().numTensors).toBe(tensorsBefore)
  await engine.dispose()
  folder.remove()
})

/** The measures of given images in place of samples. */
async function measuresOf(samples: Uint8Array, changes: Partial<EvaluateRequest> = {}): Promise<Evaluation> {
  const asked = request(changes)
  const images = openImages(asked)
  try {
    const { count } = images.choice
    const generated = {
      ...{ step: 0, evaluations: 0, curve: null, reconstruction: [] },
      ...{ straightness: null, interpolation: null },
      samples: { ...shape, count, pixels: samples.slice(0, count * size) },
    }
    const result = await measure(generated, images, { request: asked, onStep: () => Promise.resolve() })
    return { ...result, seconds: 0 }
  } finally {
    images.close()
  }
}

const pixelsOf = (directory: string, first: number, count: number) => {
  const opened = new Dataset(directory)
  const { pixels } = opened.images(Array.from({ length: count }, (_, i) => first + i))
  opened.close()
  return pixels
}

describe('an evaluation', () => {
  it('has every measure beside that of real images, the few-step curve and each encoder', async () => {
    const evaluation = await engine.handlers.evaluate(request({ job: 'evaluation' }))
    expect(evaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation)
    expect(evaluation).toMatchObject({ step: 20, count: 32, images: 120, against: null, evaluations: 3 })
    for (const name of measureNames) {
      const { value, error, floor } = evaluation.measures[name]
      expect([value, error, floor.value, floor.error].every(Number.isFinite), name).toBe(true)
      expect(error, name).toBeGreaterThan(0)
    }
    const { kernelDistance, coverage } = evaluation.measures
    // A network after 20 steps generates no discs.
    expect(kernelDistance.value).toBeGreaterThan(kernelDistance.floor.value + 5 * kernelDistance.error)
    expect(Math.abs(kernelDistance.floor.value)).toBeLessThan(5 * kernelDistance.floor.error)
    expect(coverage.floor.value).toBeGreaterThan(0.8)
    expect(evaluation.curve?.points.map(({ evaluations }) => evaluations)).toEqual([...curveEvaluations])
    expect(evaluation.straightness!.value).toBeGreaterThan(0)
    expect(evaluation.interpolation).toBeNull()
    expect(evaluation.reconstruction.map(({ encoder }) => encoder)).toContain('inversion')
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeGreaterThan(0.5)
  })

  it('measures interpolations where it is asked to', async () => {
    const pairs = 2
    const asked = request({ curve: false, count: 16, interpolation: { pairs } })
    const evaluation = await engine.handlers.evaluate(asked)
    expect(evaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation)
    const { interpolation, straightness } = evaluation
    expect(straightness).toBeNull()
    expect(interpolation).toMatchObject({ encoder: 'posterior', pairs, frames: 17 })
    expect(interpolation?.evenness.even.median).toBeGreaterThanOrEqual(1)
    expect(interpolation?.endError.worst).toBeGreaterThan(0)
    // Frames 6 to 10 of 0 to 16 are in the middle third.
    expect(interpolation?.middle.count).toBe(10)
    const { frames, samples } = interpolation!.middle.kernelDistance
    expect([frames.value, frames.error, samples.value, samples.error].every(Number.isFinite)).toBe(true)
  })

  it('is the same for the same seed', async () => {
    const asked = request({ curve: false, count: 16 })
    const [one, other] = [await engine.handlers.evaluate(asked), await engine.handlers.evaluate(asked)]
    expect({ ...other, seconds: 0 }).toEqual({ ...one, seconds: 0 })
  })

  it('finds that images of the same kind are as good as real ones, and copies among them', async () => {
    const fresh = await measuresOf(pixelsOf(others, 0, 32))
    const { kernelDistance, nearCopiesInPixels } = fresh.measures
    expect(Math.abs(kernelDistance.value)).toBeLessThan(5 * kernelDistance.error)
    expect(nearCopiesInPixels.value).toBeLessThan(0.2)
    const { measures } = await measuresOf(pixelsOf(dataset, 30, 32))
    expect(measures.nearCopiesInPixels.value).toBe(1)
    expect(measures.nearCopiesInFeatures.value).toBe(1)
    expect(measures.nearCopiesInPixels.floor.value).toBeLessThan(0.2)
  })

  it('compares with other images, and still looks for copies of the training images', async () => {
    const against = { datasetDirectory: others, name: 'Others' }
    const evaluation = await measuresOf(pixelsOf(dataset, 0, 32), { against })
    expect(evaluation).toMatchObject({ against: 'Others', count: 32, images: 70 })
    expect(evaluation.measures.nearCopiesInPixels.value).toBe(1)
  })

  it('can be cancelled', async () => {
    await expect(engine.handlers.evaluate(request({ job: 'cancelled' }))).rejects.toThrow(
      expect.objectContaining({ kind: 'cancelled' }),
    )
  })

  it.each([
    ['too few images', { datasetDirectory: few }, /at least 16 images.*not 12/],
    [
      'images of another size',
      { against: { datasetDirectory: wide, name: 'Wide' } },
      /16 × 12 with 1 channel/,
    ],
    ['a count out of range', { count: 5 }, /count must be a whole number from 16/],
  ])('refuses %s', async (_, changes, message) => {
    await expect(engine.handlers.evaluate(request(changes))).rejects.toThrow(message)
  })
})

describe('the nearest images', () => {
  it('are those of a search over all, with their RMS difference', async () => {
    const images = { ...shape, count: 5, pixels: pixelsOf(others, 0, 5) }
    const { indices, distances, neighbours } = await engine.handlers.nearest({
      ...{ datasetDirectory: dataset, images, neighbours: 2, device: 'cpu' },
    })
    expect(neighbours).toBe(2)
    const all = pixelsOf(dataset, 0, 120)
    for (let i = 0; i < 5; i++) {
      const rms = Array.from({ length: 120 }, (_, j) => {
        let sum = 0
        for (let k = 0; k < size; k++)
          sum += (((images.pixels[i * size + k] ?? 0) - (all[j * size + k] ?? 0)) / 255) ** 2
        return { j, rms: Math.sqrt(sum / size) }
      }).sort((a, b) => a.rms - b.rms)
      expect([...indices.subarray(2 * i, 2 * i + 2)]).toEqual([rms[0]?.j, rms[1]?.j])
      expect(distances[2 * i]).toBeCloseTo(rms[0]?.rms ?? NaN, 5)
    }
    await expect(
      engine.handlers.nearest({
        ...{ datasetDirectory: wide, images, neighbours: 2, device: 'cpu' },
      }),
    ).rejects.toThrow(/size/)
  })
})

it('takes labels of samples as often as images have them', () => {
  // One in six is of the first label, one in six of none.
  const label = (image: number) => [0, -1, 1, 1, 1, 1][image % 6] ?? -1
  const datasetDirectory = packedDataset(join(folder.path, 'labelled'), {
    ...{ count: 120, shape, pixel: discs(1) },
    labels: { names: ['few', 'many'], of: label },
  })
  const images = openImages(request({ datasetDirectory, count: 60 }))
  try {
    const labels = [...(labelsOfSamples(images, 2) ?? [])]
    expect(labels).toHaveLength(60)
    const share = (of: number) => labels.filter((each) => each === of).length / 60
    expect(share(0) + share(1) + share(2)).toBeCloseTo(1)
    expect(share(1)).toBeGreaterThan(0.5)
    expect(share(0)).toBeLessThan(0.35)
    expect(share(2)).toBeGreaterThan(0)
    expect(labelsOfSamples(images, 0)).toBeUndefined()
  } finally {
    images.close()
  }
})

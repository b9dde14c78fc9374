import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { TrainRequest } from '#shared/engine-messages.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { dropped } from '../../../src-main/engine/model/nets/residual-block.ts'
import { noiseStreams, seedWords } from '../../../src-main/engine/rng.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import { LoadedSamplers } from '../../../src-main/engine/sampling/loaded-samplers.ts'
import type { Sampler } from '../../../src-main/engine/sampling/sampler.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { saved, savedInfo, shape, trainer, trainingRuns } from '../../helpers/training.ts'

const { folder, newRun } = trainingRuns('conditions')

const config = (changes: Partial<RunConfig>): RunConfig =>
  resolveConfig('auto', {
    ...{ steps: 6, batch: 8, hidden: 8, code: 0, patch: 2, precision: 'fp32', validationShare: 0.2 },
    ...{ sampleEvery: 3, sampleCount: 2, sampleSteps: 3, checkpointEvery: 3 },
    ...changes,
  })

/** Trains a run to its end, then once more from its checkpoint of step 3; returns the last arrays of both. */
async function trainedTwice(request: TrainRequest) {
  const whole = trainer(request)
  await whole.made.run()
  const [early, last] = whole.of('checkpoint').map(({ record }) => record)
  const uninterrupted = saved(request, last!.file)
  await trainer({ ...request, resume: { file: early!.file, sha256: early!.sha256 } }).made.run()
  return { uninterrupted, resumed: saved(request, last!.file), file: last!.file }
}

async function withSampler<T>(
  { runId, runDirectory, config: settings }: TrainRequest,
  { checkpoint, use }: { checkpoint: string; use: (sampler: Sampler) => Promise<T> },
): Promise<T> {
  const samplers = new LoadedSamplers()
  const source: ModelSource = { runId, runDirectory, config: settings, shape, checkpoint }
  try {
    return await samplers.use({ source }, use)
  } finally {
    await samplers.clear()
  }
}

describe('a network that is told how images were augmented', () => {
  const augmented = { flip: true, flipVertical: true, turn: true, shift: 0.2, jitter: 0.2 }
  const map = 'velocity.augmentation.weight'

  it('resumes bit by bit', async () => {
    const request = newRun(config({ ...augmented, code: 3, accumulate: 2, augmentCondition: true }))
    const { uninterrupted, resumed } = await trainedTwice(request)
    expect(resumed).toEqual(uninterrupted)
    expect(uninterrupted[`weight/${map}`]?.values.some((value) => value !== 0)).toBe(true)
  })

  it('samples images as they are, whatever it was told in training', async () => {
    const request = newRun(config({ ...augmented, augmentCondition: true }))
    const { file } = await trainedTwice(request)
    await withSampler(request, {
      checkpoint: file,
      use: async (sampler) => {
        const { images } = await sampler.sample({ count: 2, seed: 1, steps: 3 })
        sampler.setWeights({
          ...sampler.weights,
          [map]: new Float32Array(sampler.weights[map]?.length ?? 0).fill(5),
        })
        expect((await sampler.sample({ count: 2, seed: 1, steps: 3 })).images).toEqual(images)
      },
    })
  })

  /** Of images that are all light on the left, the share of samples that are so too. */
  async function shareLightOnTheLeft(changes: Partial<RunConfig>) {
    const pixel = (image: number, byte: number) => (byte % 8 < 4 ? 220 - (image % 20) : 30 + (image % 20))
    const datasetDirectory = packedDataset(join(folder.path, 'left'), { count: 20, shape, pixel })
    const settings = { steps: 400, learningRate: 1e-2, emaDecay: 0.9 }
    const request = {
      ...newRun(config({ ...settings, sampleEvery: 0, checkpointEvery: 400, flip: true, ...changes })),
      datasetDirectory,
    }
    const run = trainer(request)
    await run.made.run()
    const { pixels } = await withSampler(request, {
      checkpoint: run.of('checkpoint').at(-1)!.record.file,
      use: async (sampler) => (await sampler.sample({ count: 32, seed: 1, steps: 8 })).images,
    })
    const lights = (image: number, side: (column: number) => boolean) =>
      pixels
        .subarray(64 * image, 64 * (image + 1))
        .reduce((sum, value, k) => sum + (side(k % 8) ? value : 0), 0)
    const left = Array.from({ length: 32 }, (_, i) => lights(i, (x) => x < 4) > lights(i, (x) => x >= 4))
    return left.filter(Boolean).length / 32
  }

  it('does not generate mirrored images, where another does', async () => {
    expect(await shareLightOnTheLeft({ augmentCondition: true })).toBeGreaterThan(0.9)
    const leaked = await shareLightOnTheLeft({ augmentCondition: false })
    expect(leaked).toBeGreaterThan(0.2)
    expect(leaked).toBeLessThan(0.8)
  })
})

describe('dropout', () => {
  it('sets a share of the values to zero and keeps the mean', () => {
    const noise = Float32Array.from({ length: 1000 }, (_, i) => i / 1000)
    const values = tf.tidy(() => {
      const [x, uniform] = [tf.ones([1, 10, 10, 10]), tf.tensor(noise, [1, 10, 10, 10])]
      return dropped(x as Tensor4D, 0.25, uniform).dataSync<'float32'>()
    })
    expect(values.filter((value) => value === 0)).toHaveLength(250)
    expect(values.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(1, 5)
  })

  it('is the same however often a stream is asked for, another for each batch and block, and for each step', () => {
    const noise = (step: number, batch: number, stream: number) =>
      tf.tidy(() => {
        const words = tf.tensor1d(seedWords(1, step, 'dropout'), 'int32')
        return noiseStreams(words, batch)(stream, [8]).dataSync<'float32'>().join()
      })
    expect(noise(3, 1, 2)).toBe(noise(3, 1, 2))
    const all = [1, 2].flatMap((step) => [0, 1].flatMap((batch) => [0, 1].map((i) => noise(step, batch, i))))
    expect(new Set(all).size).toBe(8)
  })

  it('resumes bit by bit, also with gradient checkpointing and accumulated batches', async () => {
    const changes = { code: 3, accumulate: 2, dropout: 0.2, checkpointing: true }
    const { uninterrupted, resumed } = await trainedTwice(newRun(config(changes)))
    expect(resumed).toEqual(uninterrupted)
    const request = newRun(config({ ...changes, checkpointing: false }))
    const run = trainer(request)
    await run.made.run()
    const kept = saved(request, run.of('checkpoint').at(-1)!.record.file)
    // The recomputed activations are dropped as they were.
    for (const [name, { values }] of Object.entries(uninterrupted))
      values.forEach((value, k) => expect(Math.abs(value - kept[name]!.values[k]!)).toBeLessThan(1e-4))
  })
})

describe('labels', () => {
  // Light on the left or on the right, as the label says; the last images have none.
  const names = ['left', 'right']
  const directory = () =>
    packedDataset(join(folder.path, 'labelled'), {
      ...{ count: 24, shape, pixel: halves(shape) },
      labels: { names, of: (image) => (image < 20 ? image % 2 : -1) },
    })
  const labelled = (changes: Partial<RunConfig>) => ({
    ...newRun(config({ labels: true, ...changes })),
    datasetDirectory: directory(),
  })
  const lightOnTheLeft = (pixels: Uint8Array) =>
    Array.from({ length: pixels.length / 64 }, (_, i) => {
      const image = pixels.subarray(64 * i, 64 * (i + 1))
      const sum = (left: boolean) =>
        image.reduce((total, value, k) => total + (k % 8 < 4 === left ? value : 0), 0)
      return sum(true) > sum(false)
    })

  it('condition the samples, with a code too, and guidance of 1 is none', async () => {
    const settings = { steps: 600, learningRate: 1e-2, emaDecay: 0.9, sampleEvery: 0, checkpointEvery: 600 }
    for (const code of [0, 3]) {
      const request = labelled({ ...settings, code, labelDropout: 0.2 })
      const run = trainer(request)
      await run.made.run()
      const { file } = run.of('checkpoint').at(-1)!.record
      expect(savedInfo(request, file).labels).toEqual(names)
      await withSampler(request, {
        checkpoint: file,
        use: async (sampler) => {
          const sampled = async (changes: SamplingOptions, count = 16) =>
            (await sampler.sample({ count, seed: 1, steps: 8, ...changes })).images.pixels
          const before = tf.memory().numTensors
          const shares = async (changes: SamplingOptions) =>
            lightOnTheLeft(await sampled(changes)).filter(Boolean).length / 16
          expect(await shares({ label: 'left' })).toBeGreaterThan(0.8)
          expect(await shares({ label: 'right' })).toBeLessThan(0.2)
          expect(await shares({ label: 'left', guidance: 2 })).toBeGreaterThan(0.8)
          // In turn where none is given: image i has the label i mod 2.
          const inTurn = lightOnTheLeft(await sampled({}))
          expect(inTurn.filter((left, i) => left === (i % 2 === 0)).length).toBeGreaterThan(13)
          // One by one where they are given, 2 for none.
          const labels = Float32Array.from({ length: 16 }, (_, i) => (i === 15 ? 2 : i < 5 ? 0 : 1))
          const { images } = await sampler.sample({ count: 16, seed: 1, steps: 8, labels })
          const [left, right] = [await sampled({ label: 'left' }), await sampled({ label: 'right' })]
          const expected = [...left.subarray(0, 5 * 64), ...right.subarray(5 * 64, 15 * 64)]
          expect([...images.pixels.subarray(0, 15 * 64)]).toEqual(expected)
          expect(await sampled({ label: 'left', guidance: 2 })).not.toEqual(await sampled({ label: 'left' }))
          expect(tf.memory().numTensors).toBe(before)
          await expect(sampled({ label: 'up' })).rejects.toMatchObject({ kind: 'bad-input', where: 'label' })
        },
      })
    }
  })

  it('resume bit by bit', async () => {
    const { uninterrupted, resumed } = await trainedTwice(labelled({ code: 3, accumulate: 2 }))
    expect(resumed).toEqual(uninterrupted)
    expect(uninterrupted['measured/codes.ranges']?.values).toHaveLength(4)
  })

  it('are refused for images of fewer than two', () => {
    expect(() => trainer(newRun(config({ labels: true })))).toThrow(/at least 2 labels/)
  })
})

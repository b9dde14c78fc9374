import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import type { ModelSource, SampleRequest } from '#shared/sampling-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { originKeyword, readOrigin } from '#shared/sample-origin.ts'
import { resolveConfig } from '#shared/presets.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 1 } as const
const size = imageBytes(shape)
const folder = temporaryFolder('sample')
const dataset = packedDataset(join(folder.path, 'dataset'), { count: 20, shape, pixel: halves(shape) })
let onEvent: (event: EngineEvent) => void = () => undefined
const checkpoints: string[] = []
const engine = createEngine({
  emit: (event) => {
    if (event.type === 'checkpoint') checkpoints.push(event.record.file)
    onEvent(event)
  },
})
let model: ModelSource

const config = (changes: Partial<RunConfig> = {}) =>
  resolveConfig('pixel-posterior', {
    ...{ steps: 150, batch: 8, hidden: 8, network: 'conv', learningRate: 3e-3 },
    ...{ sampleEvery: 0, sampleCount: 1, sampleSteps: 1, checkpointEvery: 1000 },
    ...changes,
  })

const runOf = (runId: string, settings: RunConfig): TrainRequest => ({
  runId,
  runDirectory: join(folder.path, runId),
  datasetDirectory: dataset,
  config: settings,
  device: 'cpu',
})

beforeAll(async () => {
  const request = runOf('run-1', config())
  await engine.handlers.train(request)
  const { runId, runDirectory } = request
  model = { runId, runDirectory, config: request.config, shape, checkpoint: checkpoints.at(-1) ?? null }
})
afterAll(async () => {
  await engine.dispose()
  folder.remove()
})

afterEach(() => {
  vi.restoreAllMocks()
  onEvent = () => undefined
})

const sample = (changes: Partial<SampleRequest> = {}) =>
  engine.handlers.sample({ model, device: 'cpu', count: 3, seed: 1, save: false, ...changes })

function difference(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / a.length) / 255
}
const spread = (pixels: Uint8Array) => {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length
  return Math.sqrt(pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length)
}

describe('sampling', () => {
  it('comes to the same images by every solver and grid that is exact enough', async () => {
    const exact = await sample({ sampling: { solver: 'rk4', steps: 200 } })
    expect(exact.evaluations).toBe(800)
    for (const sampling of [
      { solver: 'heun', steps: 60, timeGrid: 'quadratic' },
      { solver: 'heun', steps: 60, timeGrid: 'shift', gridShift: 2 },
      { solver: 'dopri5', tolerance: 1e-4 },
    ] as const)
      expect(difference((await sample({ sampling })).images.pixels, exact.images.pixels)).toBeLessThan(0.01)
    const coarse = await sample({ sampling: { solver: 'euler', steps: 2 } })
    expect(difference(coarse.images.pixels, exact.images.pixels)).toBeGreaterThan(0.01)
  })

  it('takes fewer evaluations the larger the tolerance of dopri5, and reports how many', async () => {
    const [loose, tight] = [
      await sample({ sampling: { solver: 'dopri5', tolerance: 1e-2 } }),
      await sample({ sampling: { solver: 'dopri5', tolerance: 1e-5 } }),
    ]
    expect(loose.evaluations).toBeLessThan(tight.evaluations)
    expect((loose.evaluations - 2) % 6).toBe(0)
    const { record } = await sample({ sampling: { solver: 'dopri5' }, save: true })
    expect(record).toMatchObject({ solver: 'dopri5', count: 3 })
    expect(record?.solverSteps).toBeGreaterThan(1)
  })

  it('gives the same images bit for bit with what a sheet remembers, from its file as well', async () => {
    const { images, record } = await sample({
      ...{ count: 5, seed: 9, temperature: 0.9, save: true },
      sampling: { solver: 'heun', steps: 3, timeGrid: 'uniform' },
    })
    const file = join(model.runDirectory, 'samples', record!.file)
    const text = decode(readFileSync(file)).text[originKeyword]
    const origin = readOrigin(text ?? '')
    expect(origin?.record).toEqual(record)
    const { selection, sampling } = origin!.record.settings!
    const again = await sample({ ...selection, sampling })
    expect(again.images.pixels).toEqual(images.pixels)
    expect((await sample({ ...selection, seed: 10, sampling })).images.pixels).not.toEqual(images.pixels)
  })

  it('inverts and reconstructs with dopri5', async () => {
    const images = [0, 1].map((index) => ({ kind: 'dataset' as const, datasetDirectory: dataset, index }))
    const sampling = { solver: 'dopri5', tolerance: 1e-4 } as const
    const request = { model, device: 'cpu', images, encoder: 'inversion', sampling } as const
    const { reconstructionError } = await engine.handlers.encode(request)
    for (const error of reconstructionError) expect(error).toBeLessThan(0.01)
  })

  it('generates each image the same, whichever are generated with it', async () => {
    const sampling = { solver: 'heun', steps: 4 } as const
    // Takes more than one chunk.
    const all = (await sample({ count: 70, sampling })).images.pixels
    const later = (await sample({ count: 4, first: 62, sampling })).images.pixels
    expect(difference(later, all.subarray(62 * size, 66 * size))).toBeLessThan(0.003)
    const others = (await sample({ count: 4, first: 3, sampling })).images.pixels
    expect(difference(others, later)).toBeGreaterThan(0.01)
  })

  it('starts from the prior’s mean at temperature 0 and goes further from it the higher it is', async () => {
    const cold = (await sample({ temperature: 0 })).images.pixels
    expect(cold.subarray(0, size)).toEqual(cold.subarray(size, 2 * size))
    // The first frame is the latent.
    const frame = async (temperature: number) =>
      spread((await sample({ temperature, trajectory: 2 })).trajectory!.pixels.subarray(0, size))
    expect(await frame(0.1)).toBeLessThan(await frame(0.3))
    const usual = await sample()
    expect((await sample({ temperature: 1 })).images).toEqual(usual.images)
  })

  it('samples with the average of the weights or with the weights themselves', async () => {
    const [usual, ema, raw] = [
      await sample(),
      await sample({ sampling: { weights: 'ema' } }),
      await sample({ sampling: { weights: 'raw' } }),
    ].map(({ images }) => images.pixels)
    expect(ema).toEqual(usual)
    expect(difference(raw!, ema!)).toBeGreaterThan(0)
  })

  it('returns the trajectory of each image without changing the image', async () => {
    for (const sampling of [
      { solver: 'heun', steps: 8 },
      { solver: 'euler', steps: 7, timeGrid: 'quadratic' },
      { solver: 'dopri5' },
    ] as const) {
      const { images } = await sample({ sampling })
      const shown = await sample({ sampling, trajectory: 5 })
      expect(shown.images).toEqual(images)
      expect(shown.trajectory).toMatchObject({ count: 15, ...shape })
      const frame = (image: number, k: number) =>
        shown.trajectory!.pixels.subarray((image * 5 + k) * size, (image * 5 + k + 1) * size)
      for (const i of [0, 1, 2]) {
        const end = images.pixels.subarray(i * size, (i + 1) * size)
        expect(frame(i, 4)).toEqual(end)
        const left = [0, 1, 2, 3].map((k) => difference(frame(i, k), end))
        expect(left).toEqual([...left].sort((a, b) => b - a))
      }
    }
  })

  it('takes frames between steps on the trajectory', async () => {
    const exact = await sample({ sampling: { solver: 'rk4', steps: 40 }, trajectory: 5 })
    const between = await sample({ sampling: { solver: 'rk4', steps: 31 }, trajectory: 5 })
    expect(difference(between.trajectory!.pixels, exact.trajectory!.pixels)).toBeLessThan(0.005)
  })

  it('takes as many steps per call as the time budget allows, and lets other work take place in between', async () => {
    const sampling = { solver: 'euler', steps: 800 } as const
    // A clock by which each call of any number of steps takes 50 ms, a fifth of the budget.
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 50))
    // Measures a single step.
    await sample({ sampling: { ...sampling, steps: 1 } })
    const order: (number | 'other work')[] = []
    onEvent = (event) => {
      if (event.type !== 'sampling') return
      order.push(Math.round(event.share * sampling.steps))
      setImmediate(() => order.push('other work'))
    }
    await sample({ sampling, job: 'calls' })
    const expected = [0, 5, 30, 155, 780, 800].flatMap((steps) => [steps, 'other work'])
    expect(order.slice(0, 11)).toEqual(expected.slice(0, 11))
  })

  it('reports progress, and ends when cancelled', async () => {
    const shares: number[] = []
    onEvent = (event) => {
      if (event.type !== 'sampling') return
      expect(event.job).toBe('mine')
      shares.push(event.share)
      if (event.share > 0.02) void engine.handlers.cancelSampling({ job: 'mine' })
    }
    const long = sample({ count: 64, sampling: { steps: 10_000 }, job: 'mine' })
    await expect(long).rejects.toMatchObject({ kind: 'cancelled' })
    expect(shares.length).toBeGreaterThan(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeLessThan(0.5)
    // The job name can be used again, and the cancelled job left no tensor.
    const before = tf.memory().numTensors
    await sample({ job: 'mine' })
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    ['images', { count: 0 }, 'count'],
    ['a temperature', { temperature: -1 }, 'temperature'],
    ['a single frame', { trajectory: 1 }, 'trajectory'],
    ['more frames than memory', { count: 4096, trajectory: 64 }, 'trajectory'],
    ['steps', { sampling: { steps: 0 } }, 'steps'],
    ['a tolerance', { sampling: { solver: 'dopri5' as const, tolerance: 0 } }, 'tolerance'],
    ['a shift', { sampling: { gridShift: 100 } }, 'gridShift'],
    ['weights', { sampling: { weights: 'old' as never } }, 'weights'],
  ])('refuses invalid options: %s', async (_, changes, where) => {
    await expect(sample(changes)).rejects.toMatchObject({ name: 'FlowerbedError', kind: 'bad-input', where })
  })

  it('samples with either weights of a run in training', async () => {
    const request = runOf('run-2', config({ steps: 100_000 }))
    const live = { ...model, runId: 'run-2', runDirectory: request.runDirectory, checkpoint: null }
    const training = engine.handlers.train(request)
    const sampled = async (weights: 'ema' | 'raw') =>
      (await sample({ model: live, sampling: { steps: 2, weights } })).images.pixels
    // Far enough that the average lags behind.
    await new Promise<void>((resolve) => {
      onEvent = (event) => {
        if (event.type === 'progress' && event.progress.step > 20) resolve()
      }
    })
    onEvent = () => undefined
    expect(difference(await sampled('ema'), await sampled('raw'))).toBeGreaterThan(0)
    await engine.handlers.stop({ runId: 'run-2', save: false })
    await training
  })
})

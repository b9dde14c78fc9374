import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { resolveConfig } from '#shared/presets.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { preparedGraphs } from '../../../src-main/engine/graph/compiled-program.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { saved, shape, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('preparation')
const settings = (changes: Partial<RunConfig> = {}) =>
  resolveConfig('auto', {
    ...{ steps: 2, batch: 4, hidden: 8, code: 3, patch: 1, precision: 'fp32', warmup: 0, dropout: 0.2 },
    ...{ sampleEvery: 5, sampleCount: 4, sampleSteps: 4, checkpointEvery: 2, validationShare: 0.25 },
    ...changes,
  })

let engines: { dispose: () => Promise<void> }[] = []
beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(engines.map(({ dispose }) => dispose()))
  engines = []
})

/** An engine with what it has emitted, and how many graphs TensorFlow had loaded for each sample. */
function engine() {
  const load = vi.spyOn(nodeBackend(), 'loadSavedModelMetaGraph')
  const events: EngineEvent[] = []
  const loadedAt: Record<number, number> = {}
  const { handlers, dispose } = createEngine({
    emit: (event) => {
      events.push(event)
      if (event.type === 'sample') loadedAt[event.record.step] = load.mock.calls.length
    },
  })
  engines.push({ dispose })
  return {
    loadedAt,
    /** Answers how many graphs TensorFlow has loaded for it. */
    prepare: async (config: RunConfig, labels: string[] = []) => {
      load.mockClear()
      // As many images as these runs have.
      await handlers.prepare({ config, shape, count: 20, labels, device: 'cpu' })
      return load.mock.calls.splice(0).length
    },
    drop: async () => await handlers.dropPrepared(undefined),
    train: async (request: TrainRequest) => await handlers.train(request),
    /** The metrics and the checkpoint of a run that it trains. */
    results: async (config: RunConfig) => {
      const request = newRun(config)
      await handlers.train(request)
      const points = events.flatMap((event) => (event.type === 'metrics' ? event.points : []))
      const files = events.flatMap((event) => (event.type === 'checkpoint' ? [event.record.file] : []))
      return {
        metrics: points.map(({ step, values }) => ({ step, values })),
        states: files.map((file) => saved(request, file)),
      }
    },
  }
}

describe('a run that was prepared', () => {
  it('trains as one that was not, bit for bit, without another graph until its first samples', async () => {
    const cold = engine()
    const expected = await cold.results(settings())
    expect(cold.loadedAt[1]).toBeGreaterThan(3)
    const before = tf.memory().numTensors
    const warm = engine()
    await warm.prepare(settings())
    expect(preparedGraphs.count).toBe(cold.loadedAt[1])
    expect(await warm.results(settings())).toEqual(expected)
    expect(expected.metrics).toHaveLength(2)
    expect(expected.states).toHaveLength(1)
    expect(warm.loadedAt[1]).toBe(0)
    expect(preparedGraphs.count).toBe(0)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('takes what was prepared also with another length, seed or learning rate', async () => {
    const { prepare, train, loadedAt } = engine()
    await prepare(settings())
    await train(newRun(settings({ steps: 3, seed: 7, learningRate: 1e-4, schedule: 'constant' })))
    expect(loadedAt[1]).toBe(0)
  })

  it('takes nothing of another network, which is freed', async () => {
    const expected = await engine().results(settings({ hidden: 16 }))
    const { prepare, results, loadedAt } = engine()
    await prepare(settings())
    expect(await results(settings({ hidden: 16 }))).toEqual(expected)
    expect(loadedAt[1]).toBeGreaterThan(1)
    expect(preparedGraphs.count).toBe(0)
  })

  it('may begin while it is prepared', async () => {
    const expected = await engine().results(settings())
    const { prepare, results } = engine()
    const preparing = prepare(settings())
    expect(await results(settings())).toEqual(expected)
    await preparing
    expect(preparedGraphs.count).toBe(0)
  })
})

describe('what is prepared', () => {
  it('keeps what the settings before had in common', async () => {
    const { prepare } = engine()
    expect(await prepare(settings())).toBeGreaterThan(3)
    expect(await prepare(settings({ sampleSteps: 8, minutes: 1 }))).toBe(0)
    // The step alone depends on the clipping.
    expect(await prepare(settings({ clipNorm: 0.5 }))).toBe(1)
  })

  it('is freed when it is dropped, also while it is prepared', async () => {
    const { prepare, drop } = engine()
    const before = tf.memory().numTensors
    await prepare(settings())
    await drop()
    expect(preparedGraphs.count).toBe(0)
    const preparing = prepare(settings({ hidden: 16 }))
    await drop()
    await preparing
    expect(preparedGraphs.count).toBe(0)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('is nothing for settings that cannot be, and that is no error', async () => {
    const { prepare } = engine()
    await prepare(settings())
    await prepare(settings({ labels: true }), ['one'])
    expect(preparedGraphs.count).toBe(0)
  })

  it('is nothing while a run trains', async () => {
    const { prepare, results } = engine()
    const running = results(settings())
    await prepare(settings({ hidden: 16 }))
    await running
    expect(preparedGraphs.count).toBe(0)
  })
})

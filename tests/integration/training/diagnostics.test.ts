import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { decode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { diagnosticsFile, diagnosticsSchema } from '#shared/schemas/diagnostics.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { Trainer } from '../../../src-main/engine/training/trainer.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 3 } as const
const folder = temporaryFolder('diagnostics')
const datasetDirectory = packedDataset(join(folder.path, 'dataset'), {
  count: 40,
  shape,
  pixel: halves(shape),
})
let runs = 0

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterAll(() => {
  folder.remove()
})

async function trained(preset: string, changes: Partial<RunConfig>) {
  const runId = `run-${++runs}`
  const runDirectory = join(folder.path, runId)
  const events: EngineEvent[] = []
  const config = resolveConfig(preset, {
    ...{ steps: 8, batch: 8, hidden: 8, network: 'conv', sampleEvery: 4, sampleCount: 4, sampleSteps: 4 },
    checkpointEvery: 1000,
    precision: 'fp32',
    ...changes,
  })
  const before = tf.memory().numTensors
  await new Trainer({
    request: { runId, runDirectory, datasetDirectory, config, device: 'cpu' },
    machine: describeMachine(loadTensorFlow({ device: 'cpu' })),
    emit: (event) => events.push(event),
  }).run()
  expect(tf.memory().numTensors).toBe(before)
  const file = (name: string) => join(runDirectory, 'diagnostics', name)
  return {
    file,
    points: events.flatMap((event) => (event.type === 'metrics' ? event.points : [])),
    diagnostics: events.flatMap((event) => (event.type === 'diagnostics' ? [event.diagnostics] : [])),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    written: (step: number) =>
      diagnosticsSchema.parse(JSON.parse(readFileSync(file(diagnosticsFile(step)), 'utf8'))),
  }
}

describe('the diagnostics of a run in training', () => {
  it('are written with every grid but previews, with numbers and maps, and emitted', async () => {
    const run = await trained('ladder-5-observation-noise', {})
    expect(run.diagnostics.map(({ step }) => step)).toEqual([4, 8])
    for (const emitted of run.diagnostics) {
      expect(run.written(emitted.step)).toEqual(emitted)
      const { posterior, prior } = emitted
      const size = (name: string) => {
        const { width, height, channels } = decode(readFileSync(run.file(name)))
        return [width, height, channels]
      }
      expect(size(posterior!.klMap!.file)).toEqual([8, 8, 1])
      expect(size(prior!.meanMap.file)).toEqual([8, 8, 3])
      expect(size(prior!.stdMap.file)).toEqual([8, 8, 3])
      expect(posterior).toMatchObject({ dimensions: 192 })
    }
  })

  it('are among the metrics at the steps of the grid', async () => {
    const { points, diagnostics } = await trained('pixel-posterior', {})
    const evaluated = points.filter(({ values }) => 'activeShare' in values)
    expect(evaluated.map(({ step }) => step)).toEqual([4, 8])
    for (const { step, values } of evaluated) {
      const { posterior } = diagnostics.find((emitted) => emitted.step === step)!
      expect(values['aggregateGap']).toBe(posterior!.aggregateGap)
      expect(values['posteriorStd']).toBe(posterior!.std.average)
      expect(values['activeShare']).toBe(posterior!.activeDimensions / posterior!.dimensions)
    }
  })

  it('of a system without a posterior or a trained prior cover its samples alone', async () => {
    const { points, diagnostics, file } = await trained('ladder-1-vanilla', {})
    expect(diagnostics.at(-1)).toMatchObject({ posterior: null, prior: null, images: 32 })
    const { samples, images, distance } = diagnostics.at(-1)!.histogram
    expect([samples.length, images.length]).toEqual([3, 3])
    expect(distance).toBeGreaterThan(0)
    expect(points.some(({ values }) => 'activeShare' in values)).toBe(false)
    expect(existsSync(file(diagnosticsFile(8, 'kl')))).toBe(false)
  })

  it('include the error by time, whose mean is the velocity term', async () => {
    const { points } = await trained('pixel-posterior', { batch: 16, times: 'spread', timeShift: 1 })
    for (const { values } of points) {
      const parts = [1, 2, 3, 4].map((i) => values[`velocityTime${i}`]!)
      // Evenly spaced times: four images in each quarter.
      expect(parts.reduce((sum, part) => sum + part / 4, 0)).toBeCloseTo(values['velocity']!, 5)
    }
  })

  it('warn once when the encodings are the same for every image', async () => {
    const { warnings, diagnostics } = await trained('pixel-posterior', {
      ...{ steps: 240, sampleEvery: 20, klWeight: 1000, emaDecay: 0, learningRate: 1e-3 },
    })
    expect(warnings).toEqual([expect.stringMatching(/collapsed/)])
    expect(diagnostics.filter((each) => each.warnings.length > 0).map(({ step }) => step)).toEqual([
      200, 220, 240,
    ])
  })
})

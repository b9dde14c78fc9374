import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { loadCheckpoint } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import { interpolate } from '../../../src-main/engine/sampling/interpolate.ts'
import { encode } from '../../../src-main/engine/sampling/encode.ts'
import { LoadedSamplers } from '../../../src-main/engine/sampling/loaded-samplers.ts'
import { CodeTable } from '../../../src-main/engine/sampling/code-table.ts'
import { Trainer } from '../../../src-main/engine/training/trainer.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('code')
const shape = { height: 8, width: 8, channels: 1 } as const
const config = resolveConfig('auto', {
  ...{ steps: 6, batch: 4, hidden: 8, code: 3, patch: 1, precision: 'fp32' },
  ...{ sampleEvery: 3, sampleCount: 2, sampleSteps: 3, checkpointEvery: 3, validationShare: 0.25 },
  warmup: 0,
})
const datasetDirectory = join(folder.path, 'dataset')
const dataset = (index: number) => ({ kind: 'dataset' as const, datasetDirectory, index })

const directoryOf = (runId: string) => join(folder.path, runId)
const events: EngineEvent[] = []

async function trained(runId: string, resume?: { file: string; sha256: string }) {
  const trainer = new Trainer({
    request: {
      ...{ runId, runDirectory: directoryOf(runId), datasetDirectory, config, device: 'cpu' },
      ...(resume ? { resume } : {}),
    },
    machine: describeMachine(loadTensorFlow({ device: 'cpu' })),
    emit: (event) => events.push(event),
  })
  return await trainer.run()
}

const checkpointsOf = (runId: string) =>
  readdirSync(join(directoryOf(runId), 'checkpoints'))
    .filter((name) => name.endsWith('.safetensors'))
    .sort()

const source = (runId: string): ModelSource => ({
  ...{ runId, runDirectory: directoryOf(runId), config, shape },
  checkpoint: checkpointsOf(runId).at(-1)!,
})

const samplers = new LoadedSamplers()
/** How often the prior of codes was measured for the first run. */
let measured = 0

beforeAll(async () => {
  loadTensorFlow({ device: 'cpu' })
  packedDataset(datasetDirectory, { count: 12, shape, pixel: halves(shape) })
  const measure = vi.spyOn(CodeTable.prototype, 'measure')
  await trained('whole')
  measured = measure.mock.calls.length
  measure.mockRestore()
})
afterAll(async () => {
  await samplers.clear()
  folder.remove()
})

it('measures the prior of codes once at a step that is validated, saved and sampled', () => {
  // Steps 1 and 2 have previews; 3 and 6 have grids, validation losses and checkpoints.
  expect(measured).toBe(4)
})

describe('a run with a code', () => {
  it('reports the nats of its codes, also on validation images', () => {
    const points = events.flatMap((event) => (event.type === 'metrics' ? event.points : []))
    expect(points.every(({ values }) => Number.isFinite(values['codeKl']))).toBe(true)
    expect(points.some(({ values }) => Number.isFinite(values['validation']))).toBe(true)
  })

  it('resumes bit by bit, and keeps the measured prior of its codes in its checkpoints', async () => {
    const [early = '', late = ''] = checkpointsOf('whole')
    const { info } = await loadCheckpoint(directoryOf('whole'), early)
    const uninterrupted = await loadCheckpoint(directoryOf('whole'), late)
    await trained('whole', { file: early, sha256: info.sha256 })
    const resumed = await loadCheckpoint(directoryOf('whole'), late)
    expect(Object.keys(resumed.state)).toContain('measured/codes.mean')
    expect(resumed.state).toEqual(uninterrupted.state)
    expect(resumed.info.learningRate).toBe(uninterrupted.info.learningRate)
  })

  it('samples the same image of a seed whatever the count, and leaves no tensor behind', async () => {
    await samplers.use({ source: source('whole') }, async (sampler) => {
      await sampler.sample({ count: 3, seed: 5, steps: 3 })
      const before = tf.memory().numTensors
      const three = await sampler.sample({ count: 3, seed: 5, steps: 3 })
      const last = await sampler.sample({ count: 1, first: 2, seed: 5, steps: 3 })
      const difference = three.images.pixels
        .subarray(2 * 64)
        .map((value, i) => Math.abs(value - last.images.pixels[i]!))
      expect(Math.max(...difference)).toBeLessThanOrEqual(1)
      expect(tf.memory().numTensors).toBe(before)
    })
  })

  it('encodes as a code with shared details, or with the details of each image by inversion', async () => {
    await samplers.use({ source: source('whole') }, async (sampler) => {
      const device = 'cpu' as const
      const request = { model: source('whole'), images: [dataset(0), dataset(5)], device }
      const still = () => Promise.resolve()
      const byCode = await encode(sampler, { ...request, encoder: 'code', encoderSeed: 4 }, still)
      expect(byCode.codes).toHaveLength(2 * 3)
      expect(byCode.latents.subarray(0, 64)).toEqual(byCode.latents.subarray(64))
      const other = await encode(sampler, { ...request, encoder: 'code', encoderSeed: 5 }, still)
      expect(other.latents).not.toEqual(byCode.latents)
      expect(other.codes).toEqual(byCode.codes)
      const inverted = await encode(sampler, { ...request, encoder: 'inversion' }, still)
      expect(inverted.codes).toEqual(byCode.codes)
      expect(inverted.latents.subarray(0, 64)).not.toEqual(inverted.latents.subarray(64))
      await expect(encode(sampler, { ...request, encoder: 'posterior' }, still)).rejects.toMatchObject({
        kind: 'conflict',
      })
    })
  })

  it('interpolates with the details of one sample between the images, which leaves the ends alone', async () => {
    await samplers.use({ source: source('whole') }, async (sampler) => {
      const still = () => Promise.resolve()
      const request = {
        ...{ model: source('whole'), device: 'cpu' as const, images: [dataset(0), dataset(5)], frames: 5 },
        ...({ mode: 'slerp', pace: 'parameter', encoder: 'inversion' } as const),
      }
      const frameOf = async (at: number, changes: object) => {
        const { frames } = await interpolate(sampler, { ...request, ...changes }, still)
        return frames.pixels.slice(at * 64, (at + 1) * 64)
      }
      for (const end of [0, 4])
        expect(await frameOf(end, { encoderSeed: 2 })).toEqual(await frameOf(end, { details: 'images' }))
      const middle = await frameOf(2, { encoderSeed: 2 })
      expect(await frameOf(2, { encoderSeed: 2 })).toEqual(middle)
      expect(await frameOf(2, { encoderSeed: 3 })).not.toEqual(middle)
      expect(await frameOf(2, { details: 'images' })).not.toEqual(middle)
    })
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import type { ExportRequest } from '#shared/sampling-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'
import { exportSavedModel } from '../../../src-main/engine/graph/saved-model/saved-model.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import type { ParameterSpec } from '../../../src-main/engine/model/parameters.ts'
import {
  codeNoiseSize,
  codesFromNoise,
  codeTableNames,
  codeTableShapes,
  codeTableSize,
} from '../../../src-main/engine/model/flow/code-prior.ts'
import { solverStep, tableaus } from '../../../src-main/engine/model/flow/solver.ts'
import { timeGrid } from '../../../src-main/engine/model/flow/time-grid.ts'
import { initialValues, seedWords, statelessNormal, uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { exportModel } from '../../../src-main/engine/sampling/export.ts'
import { Sampler } from '../../../src-main/engine/sampling/sampler.ts'
import { distinctPresets } from '../../helpers/distinct-presets.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

/** tfjs-node's reader of SavedModels, independent of the writer under test. */
interface Loader {
  node: {
    loadSavedModel: (
      folder: string,
      tags: string[],
      signature: string,
    ) => Promise<{
      inputs: { name: string; shape: number[]; dtype: string }[]
      predict: (inputs: Record<string, Tensor>) => Record<string, Tensor>
      dispose: () => void
    }>
  }
}

const folder = temporaryFolder('export')
const shape = { height: 16, width: 12, channels: 3 } as const
let loader: Loader
/** Of the presets whose models are equal, one: how long they train is not exported. */
const modelPresets = distinctPresets({ hidden: 8, batch: 2, minutes: 1 })

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
  loader = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as Loader
})
afterAll(() => folder.remove())

/** A model with perturbed weights, so that all of them affect the result. */
function modelOf(preset: PresetId, hidden = 8) {
  const config = resolveConfig(preset, { hidden, batch: 2 })
  const system = createSystem({ config, shape })
  const sampler = new Sampler({ system, shape })
  const weights = Object.fromEntries(
    system.parameters.map((parameter, i) => {
      const uniform = uniformStream(5, i, 'weights')
      return [parameter.name, initialValues(parameter, 3).map((value) => value + 0.1 * (uniform() - 0.5))]
    }),
  )
  for (const [name, [rows, columns]] of Object.entries(codeTableShapes(system.codeSize))) {
    const uniform = uniformStream(6, name.length, 'weights')
    weights[name] = Float32Array.from({ length: rows! * columns! }, () => 2 * uniform() - 1)
  }
  sampler.setWeights(weights)
  const request = (out: string, sampling: SamplingOptions, count: number): ExportRequest => ({
    ...{ format: 'saved-model', folder: join(folder.path, out), count, sampling, device: 'cpu' },
    model: { runId: 'run', runDirectory: folder.path, config, shape, checkpoint: null },
  })
  return { system, sampler, weights, request }
}

/** The noise from which the app generates the images of a seed. */
const noiseOf = (count: number, seed: number): Tensor4D =>
  tf.concat(
    Array.from({ length: count }, (_, i) =>
      statelessNormal<Tensor4D>(
        [1, shape.height, shape.width, shape.channels],
        tf.tensor1d(seedWords(seed, i, 'sample'), 'int32'),
      ),
    ),
  )

/** The noise from which the app samples the codes of a seed; none without a code. */
const codeNoiseOf = (codeSize: number, count: number, seed: number): { codeNoise?: Tensor2D } =>
  codeSize === 0
    ? {}
    : {
        codeNoise: tf.concat(
          Array.from({ length: count }, (_, i) =>
            statelessNormal<Tensor2D>(
              [1, codeNoiseSize(codeSize)],
              tf.tensor1d(seedWords(seed, i, 'sample code'), 'int32'),
            ),
          ),
        ),
      }

describe('a SavedModel', () => {
  it.each(modelPresets)('generates what the app generates from the same noise: %s', async (preset) => {
    const { system, sampler, weights, request } = modelOf(preset)
    const sampling = { solver: 'heun', steps: 5, timeGrid: 'quadratic' } as const
    const written = await exportModel(sampler, { request: request(preset, sampling, 3), step: 7 })
    const loaded = await loader.node.loadSavedModel(written.folder, ['serve'], 'sample')
    const noise = noiseOf(3, 11)
    const { codeNoise } = codeNoiseOf(system.codeSize, 3, 11)
    const predicted = loaded.predict({ noise, ...(codeNoise ? { codeNoise } : {}) })['images'] as Tensor4D
    expect(predicted.shape).toEqual([3, 16, 12, 3])

    // Eagerly, in full precision.
    const parameters = Object.fromEntries(
      system.parameters.map((parameter) => [
        parameter.name,
        tf.tensor(weights[parameter.name]!, parameter.shape),
      ]),
    )
    const table = (name: string) => tf.tensor2d(weights[name]!, [codeTableSize, system.codeSize])
    const code = codeNoise
      ? codesFromNoise({ mean: table(codeTableNames.mean), logvar: table(codeTableNames.logvar) }, codeNoise)
      : null
    let x = system.latent(parameters, noise)
    for (const { t, dt } of timeGrid({ steps: 5, from: 1, to: 0, grid: 'quadratic' }))
      x = solverStep({
        ...{ tableau: tableaus.heun, x, t: tf.scalar(t), dt: tf.scalar(dt) },
        slope: (xT, t) => system.velocity(parameters, { xT, t, code }),
      })
    const expected = tf.clipByValue(x, 0, 1)
    expect(tf.max(tf.abs(predicted.sub(expected))).dataSync()[0]).toBeLessThan(1e-5)

    const { images } = await sampler.sample({ count: 3, seed: 11, ...sampling })
    const bytes = predicted.mul(255).dataSync()
    images.pixels.forEach((value, i) => expect(Math.abs(value - bytes[i]!)).toBeLessThan(0.51))
    expect(new Set(images.pixels).size).toBeGreaterThan(20)
    loaded.dispose()
    sampler.dispose()
  })

  it('samples in multiple steps as the app does', async () => {
    const { system, sampler, request } = modelOf('auto')
    const sampling = { solver: 'dpm2m', steps: 6, timeGrid: 'karras' } as const
    const written = await exportModel(sampler, { request: request('multistep', sampling, 3), step: 7 })
    const loaded = await loader.node.loadSavedModel(written.folder, ['serve'], 'sample')
    const predicted = loaded.predict({ noise: noiseOf(3, 11), ...codeNoiseOf(system.codeSize, 3, 11) })
    const { images } = await sampler.sample({ count: 3, seed: 11, ...sampling })
    const bytes = predicted['images']!.mul(255).dataSync()
    images.pixels.forEach((value, i) => expect(Math.abs(value - bytes[i]!)).toBeLessThan(0.51))
    expect(new Set(images.pixels).size).toBeGreaterThan(20)
    loaded.dispose()
    sampler.dispose()
  })

  it('is guided as the app is', async () => {
    const { system, sampler, weights, request } = modelOf('auto')
    const weaker = Object.fromEntries(
      Object.entries(weights).map(([name, values]) => [name, values.map((value) => 0.9 * value)]),
    )
    await sampler.useGuide('weaker', () => Promise.resolve(weaker))
    const sampling = { solver: 'dpm2m', steps: 4, guidance: 2 } as const
    const written = await exportModel(sampler, { request: request('guided', sampling, 2), step: 7 })
    const loaded = await loader.node.loadSavedModel(written.folder, ['serve'], 'sample')
    const predicted = loaded.predict({ noise: noiseOf(2, 11), ...codeNoiseOf(system.codeSize, 2, 11) })
    const { images } = await sampler.sample({ count: 2, seed: 11, ...sampling })
    const bytes = predicted['images']!.mul(255).dataSync()
    images.pixels.forEach((value, i) => expect(Math.abs(value - bytes[i]!)).toBeLessThan(0.51))
    expect(images).not.toEqual(
      (await sampler.sample({ count: 2, seed: 11, ...sampling, guidance: 1 })).images,
    )
    loaded.dispose()
    sampler.dispose()
  })

  it('describes itself, contains only what sampling needs, and is not overwritten', async () => {
    const { sampler, request } = modelOf('pixel-posterior', 48)
    const asked = request('described', { solver: 'euler', steps: 2 }, 4)
    const written = await exportModel(sampler, { request: asked, step: 12 })
    expect(readdirSync(asked.folder).sort()).toEqual(['README.txt', 'config.json', 'saved_model.pb'])
    expect(written).toMatchObject({ folder: asked.folder, step: 12 })
    expect(written.files.sort()).toEqual(readdirSync(asked.folder).sort())
    // The encoder is not exported.
    const bytesOf = (parameters: ParameterSpec[]) =>
      parameters.reduce((sum, parameter) => sum + 4 * tf.util.sizeFromShape(parameter.shape), 0)
    const { parameters } = sampler.system
    const encoder = parameters.filter(({ name }) => name.startsWith('posterior'))
    expect(bytesOf(encoder)).toBeGreaterThan(400_000)
    expect(written.bytes).toBeLessThan(bytesOf(parameters) - bytesOf(encoder) + 200_000)

    const readme = readFileSync(join(asked.folder, 'README.txt'), 'utf8')
    expect(readme).toContain('4 images of 12 × 16 by euler in 2 steps')
    expect(readme).toContain('[4, 16, 12, 3]')
    expect(JSON.parse(readFileSync(join(asked.folder, 'config.json'), 'utf8'))).toMatchObject({
      ...{ step: 12, shape, count: 4, sampling: { solver: 'euler' }, config: { hidden: 48 } },
    })
    const { inputs } = await loader.node.loadSavedModel(asked.folder, ['serve'], 'sample')
    expect(inputs).toMatchObject([{ name: 'noise', dtype: 'float32' }])

    await expect(exportModel(sampler, { request: asked, step: 13 })).rejects.toMatchObject({
      kind: 'conflict',
      where: asked.folder,
    })
    expect(readFileSync(join(asked.folder, 'README.txt'), 'utf8')).toBe(readme)
    sampler.dispose()
  })

  it('is refused for what it cannot represent, and nothing is left behind', async () => {
    const { sampler, request } = modelOf('pixel-posterior')
    for (const [asked, where] of [
      [request('adaptive', { solver: 'dopri5' }, 1), 'solver'],
      [request('none', {}, 0), 'count'],
    ] as const) {
      await expect(exportModel(sampler, { request: asked, step: 1 })).rejects.toMatchObject({
        kind: 'bad-input',
        where,
      })
      expect(existsSync(asked.folder)).toBe(false)
    }
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([])
    sampler.dispose()

    const large: ProgramSpec = {
      name: 'large',
      state: { w: { shape: [2 ** 29], dtype: 'float32' } },
      feeds: {},
      body: ({ w }) => ({ fetches: { x: w! }, next: {} }),
    }
    const iteration = { before: large, step: large, after: large, feeds: [], constants: {} }
    expect(() => exportSavedModel(iteration, 'sample')).toThrow(/take 2\.1 GB, and a SavedModel of one file/)
  })
})

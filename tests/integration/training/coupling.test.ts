import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { describe, expect, it, test } from 'vitest'
import type { TrainRequest } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { valuesOf } from '../../../src-main/engine/graph/values-of.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { seedWords, statelessNormal } from '../../../src-main/engine/rng.ts'
import { MinibatchCoupling } from '../../../src-main/engine/training/minibatch-coupling.ts'
import { PotentialsLearner } from '../../../src-main/engine/training/potentials.ts'
import { SemidiscreteCoupling } from '../../../src-main/engine/training/semidiscrete-coupling.ts'
import { imagePlan } from '../../../src-main/engine/training/step-program.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { normalRows } from '../../helpers/rows.ts'
import { saved, shape, trainer, trainingRuns } from '../../helpers/training.ts'

const { folder, newRun } = trainingRuns('coupling')

const config = (changes: Partial<RunConfig>): RunConfig =>
  resolveConfig('auto', {
    ...{ steps: 6, batch: 8, hidden: 8, code: 0, codeMap: false, patch: 2, precision: 'fp32' },
    ...{ validationShare: 0.2, sampleEvery: 3, sampleCount: 2, sampleSteps: 3, checkpointEvery: 3 },
    ...changes,
  })
const augmented = { flip: true, turn: true, shift: 0.2, jitter: 0.2 }

/** Trains a run to its end, then once more from its checkpoint of step 3; returns the last arrays of both. */
async function trainedTwice(request: TrainRequest) {
  const whole = trainer(request)
  await whole.made.run()
  const [early, last] = whole.of('checkpoint').map(({ record }) => record)
  const uninterrupted = saved(request, last!.file)
  await trainer({ ...request, resume: { file: early!.file, sha256: early!.sha256 } }).made.run()
  return { uninterrupted, resumed: saved(request, last!.file) }
}

test.each(['minibatch', 'semidiscrete'] as const)(
  '%s: a resumed run is bit for bit that which was not interrupted, and another than without coupling',
  async (coupling) => {
    const changes = { ...augmented, augmentCondition: true, accumulate: 2 }
    const coupled = await trainedTwice(newRun(config({ ...changes, coupling })))
    expect(coupled.resumed).toEqual(coupled.uninterrupted)
    const independent = await trainedTwice(newRun(config(changes)))
    expect(coupled.uninterrupted).not.toEqual(independent.uninterrupted)
  },
)

const noiseOf = (settings: RunConfig, { step, count }: { step: number; count: number }) =>
  valuesOf(() =>
    statelessNormal<Tensor4D>(
      [count, 8, 8, 1],
      tf.tensor1d(seedWords(settings.seed, step, 'noise'), 'int32'),
    ),
  )

/** Sum of squared distances of images and the noise that `partner` names. */
function cost(x: ArrayLike<number>, noise: ArrayLike<number>, partner: ArrayLike<number>): number {
  const size = x.length / partner.length
  let sum = 0
  for (let k = 0; k < x.length; k++) {
    const row = partner[Math.floor(k / size)] ?? NaN
    sum += ((x[k] ?? NaN) - (noise[row * size + (k % size)] ?? NaN)) ** 2
  }
  return sum
}

describe('minibatch coupling', () => {
  const settings = config({ coupling: 'minibatch' })
  const plan = imagePlan({
    system: createSystem({ config: settings, shape }),
    config: settings,
    shape,
    resident: 20,
  })
  const pixels = Uint8Array.from({ length: 8 * 64 }, (_, k) => (k * 89 + (k % 64) * (k >> 6) * 31) % 256)
  const x = Float32Array.from(pixels, (each) => each / 255)

  it('pairs images with the noise of the step so that no exchange of two shortens the distances', () => {
    const coupling = new MinibatchCoupling(plan)
    const partner = coupling.partners({ pixels, noiseSeed: seedWords(settings.seed, 5, 'noise') })
    coupling.dispose()
    const noise = noiseOf(settings, { step: 5, count: 8 })
    expect([...partner].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const best = cost(x, noise, partner)
    expect(best).toBeLessThan(cost(x, noise, [0, 1, 2, 3, 4, 5, 6, 7]) - 1)
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < i; j++) {
        const exchanged = [...partner]
        ;[exchanged[i], exchanged[j]] = [partner[j] ?? 0, partner[i] ?? 0]
        expect(cost(x, noise, exchanged)).toBeGreaterThan(best - 1e-3)
      }
  })

  it('is fed the bytes of each step', () => {
    expect(plan.resident).toBe(0)
    const independent = { system: createSystem({ config: settings, shape }), shape, resident: 20 }
    expect(imagePlan({ ...independent, config: config({}) }).resident).toBe(20)
  })
})

describe('potentials', () => {
  it('make random points choose unlike targets equally often', async () => {
    const [targets, numbers] = [64, 8]
    const normal = normalRows(targets, numbers, { seed: 3 })
    // Some of them far from the others.
    const values = normal.values.map((each, i) => each * (1 + (Math.floor(i / numbers) % 4)))
    const rows = { count: targets, size: numbers, values }
    const learner = new PotentialsLearner({ targets: 70, numbers, seed: 2 })
    const frequencies = (potentials: Float32Array) => {
      const hits = new Array<number>(70).fill(0)
      for (let i = 0; i < 200; i++)
        for (const target of learner.chosen({ targets: rows, block: 1 }, { potentials, iteration: i }))
          hits[target] = (hits[target] ?? 0) + targets / (200 * 256)
      return hits
    }
    const learned = (await learner.learn({ targets: rows, block: 0 }))!
    const even = frequencies(learned)
    const uneven = frequencies(Float32Array.from(learned, (each) => (each === -Infinity ? each : 0)))
    learner.dispose()
    // Targets that the block lacks are never chosen.
    expect(even.slice(targets)).toEqual([0, 0, 0, 0, 0, 0])
    expect(Math.max(...even.slice(0, targets))).toBeLessThan(2)
    expect(Math.min(...even.slice(0, targets))).toBeGreaterThan(0.4)
    expect(Math.max(...uneven)).toBeGreaterThan(3)
  })
})

describe('semidiscrete coupling', () => {
  const count = 48
  const datasetOf = (name: string) => {
    const pixel = (image: number, k: number) => (image * 53 + k * ((image % 7) + 1) * 29) % 256
    return new Dataset(packedDataset(join(folder.path, name), { count, shape, pixel }))
  }
  const prepare = (dataset: Dataset, changes: Partial<RunConfig> = {}, isCancelled = () => false) => {
    const shares: number[] = []
    const prepared = SemidiscreteCoupling.prepare({
      ...{ dataset, isCancelled, config: config({ coupling: 'semidiscrete', ...changes }) },
      // The others are held out.
      indices: Uint32Array.from({ length: count - 8 }, (_, i) => i),
      onProgress: (share) => shares.push(share),
    })
    return { prepared, shares }
  }

  it('chooses training images alone, all of them, the same at each call, nearer to the noise than at random', async () => {
    const dataset = datasetOf('choice')
    const { prepared, shares } = prepare(dataset)
    const coupling = await prepared
    const again = await prepare(dataset).prepared
    expect(shares).toEqual([0, 1])
    const seen = new Set<number>()
    const sums = { chosen: 0, random: 0 }
    for (let step = 0; step < 60; step++) {
      const indices = coupling.indicesAt(step)
      expect(again.indicesAt(step)).toEqual(indices)
      for (const index of indices) seen.add(index)
      const noise = noiseOf(config({}), { step: step + 1, count: 8 })
      const pixelsOf = (images: ArrayLike<number>) =>
        Float32Array.from(dataset.images(images).pixels, (each) => each / 255)
      const inOrder = [0, 1, 2, 3, 4, 5, 6, 7]
      sums.chosen += cost(pixelsOf(indices), noise, inOrder)
      sums.random += cost(pixelsOf(indices), noise, [1, 2, 3, 4, 5, 6, 7, 0])
    }
    // Each 12 times on average.
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: count - 8 }, (_, i) => i))
    expect(sums.chosen).toBeLessThan(0.97 * sums.random)
    coupling.dispose()
    again.dispose()
    dataset.close()
  })

  it('chooses other images with another seed', async () => {
    const dataset = datasetOf('seeds')
    const [one, two] = await Promise.all([prepare(dataset).prepared, prepare(dataset, { seed: 9 }).prepared])
    expect(one.indicesAt(0)).not.toEqual(two.indicesAt(0))
    one.dispose()
    two.dispose()
    dataset.close()
  })

  it('ends early when cancelled, and training then takes no step', async () => {
    const dataset = datasetOf('cancelled')
    let asked = 0
    const { prepared, shares } = prepare(dataset, {}, () => ++asked > 2)
    const coupling = await prepared
    coupling.dispose()
    dataset.close()
    expect(shares).toEqual([0])

    const request = newRun(config({ coupling: 'semidiscrete' }))
    const stopped = trainer(request, (event) => {
      if (event.type === 'waiting') void stopped.made.stop({ outcome: 'stopped', save: false })
    })
    expect(await stopped.made.run()).toMatchObject({ outcome: 'stopped', step: 0 })
    expect(stopped.of('waiting').map(({ message }) => message)).toEqual([
      'Preparing: the coupling of noise and images is computed (0 %). Training begins then.',
    ])
  })
})

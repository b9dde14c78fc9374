import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelSource, SampleRequest } from '#shared/sampling-messages.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import { checkpointFile, checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { loadCheckpoint } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import { samplingWeights } from '../../../src-main/engine/checkpoints/state-names.ts'
import type { Values } from '../../../src-main/engine/graph/program.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { multistepNumbers, multistepStep } from '../../../src-main/engine/model/flow/multistep.ts'
import { solverStep, tableaus } from '../../../src-main/engine/model/flow/solver.ts'
import type { Slope } from '../../../src-main/engine/model/flow/solver.ts'
import { timeGrid } from '../../../src-main/engine/model/flow/time-grid.ts'
import { seedWords, statelessNormal } from '../../../src-main/engine/rng.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { shape, small, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('guidance')
const engine = createEngine({ emit: () => undefined })
const config = small({ steps: 40, checkpointEvery: 10, learningRate: 3e-3, prior: 'standard' })
let model: ModelSource

beforeAll(async () => {
  const request = newRun(config)
  await engine.handlers.train(request)
  const { runId, runDirectory } = request
  model = { runId, runDirectory, config, shape, checkpoint: checkpointFile(40) }
})
afterAll(async () => {
  await engine.dispose()
})

const sample = (sampling: SamplingOptions, changes: Partial<SampleRequest> = {}) =>
  engine.handlers.sample({ model, device: 'cpu', count: 3, seed: 1, save: false, sampling, ...changes })

const weightsAt = async (step: number) => {
  const { state } = await loadCheckpoint(model.runDirectory, checkpointFile(step))
  return samplingWeights(state, config)
}

/** The images of a seed, computed eagerly with v = weak + g·(strong − weak) written out. */
async function expected(options: { g: number; weak: number; solver: 'heun' | 'dpm2m'; steps: number }) {
  const { g, weak, solver, steps } = options
  const system = createSystem({ config, shape })
  const parametersOf = (weights: Values) =>
    Object.fromEntries(system.parameters.map((one) => [one.name, tf.tensor(weights[one.name]!, one.shape)]))
  const [strong, weaker] = [parametersOf(await weightsAt(40)), parametersOf(await weightsAt(weak))]
  const slope: Slope = (xT, t) => {
    const [v, w] = [strong, weaker].map((one) => system.velocity(one, { xT, t, code: null })) as [
      Tensor4D,
      Tensor4D,
    ]
    return w.add(v.mul(g)).sub(w.mul(g))
  }
  const noise = Array.from({ length: 3 }, (_, i) =>
    statelessNormal<Tensor4D>([1, 8, 8, 1], tf.tensor1d(seedWords(1, i, 'sample'), 'int32')),
  )
  let x = system.latent(strong, tf.concat(noise))
  let last = tf.zerosLike(x)
  const times = timeGrid({ steps, from: 1, to: 0 })
  if (solver === 'heun')
    for (const { t, dt } of times)
      x = solverStep({ tableau: tableaus.heun, slope, x, t: tf.scalar(t), dt: tf.scalar(dt) })
  else
    for (const numbers of multistepNumbers(times)) {
      const scalars = Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value as number)])
      const asTensors = Object.fromEntries(scalars) as Record<keyof typeof numbers, Tensor>
      ;({ x, last } = multistepStep({ slope, x, last, numbers: asTensors }))
    }
  return tf.clipByValue(x, 0, 1).mul(255).dataSync()
}

describe('guidance by an earlier checkpoint', () => {
  it.each(['heun', 'dpm2m'] as const)('combines both velocities in each evaluation of %s', async (solver) => {
    const sampling = { solver, steps: 5, timeGrid: 'uniform', guidance: 2.5 } as const
    const { images, evaluations } = await sample(sampling)
    // The oldest of at most half the steps.
    const values = await expected({ g: 2.5, weak: 10, solver, steps: 5 })
    images.pixels.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(0.6))
    expect(evaluations).toBe(solver === 'heun' ? 20 : 10)
    expect(images).not.toEqual((await sample({ ...sampling, guidance: 1 })).images)
    const other = await sample({ ...sampling, guideCheckpoint: 30 })
    const otherValues = await expected({ g: 2.5, weak: 30, solver, steps: 5 })
    other.images.pixels.forEach((value, i) => expect(Math.abs(value - otherValues[i]!)).toBeLessThan(0.6))
  })

  it('changes with the strength, is the same again at the same, and leaves no tensor behind', async () => {
    const at = async (guidance: number) =>
      (await sample({ solver: 'heun', steps: 3, guidance })).images.pixels
    const strong = await at(3)
    expect(await at(1.5)).not.toEqual(strong)
    const tensors = tf.memory().numTensors
    expect(await at(3)).toEqual(strong)
    expect(tf.memory().numTensors).toBe(tensors)
    const exact = await sample({ solver: 'dopri5', tolerance: 1e-4, guidance: 3 })
    const fine = await sample({ solver: 'rk4', steps: 60, timeGrid: 'uniform', guidance: 3 })
    exact.images.pixels.forEach((value, i) =>
      expect(Math.abs(value - fine.images.pixels[i]!)).toBeLessThanOrEqual(3),
    )
  })

  it('refuses a guide that is not earlier, or not there', async () => {
    await expect(sample({ guidance: 2, guideCheckpoint: 40 })).rejects.toMatchObject({
      kind: 'bad-input',
      where: 'guideCheckpoint',
    })
    await expect(sample({ guidance: 2, guideCheckpoint: 15 })).rejects.toMatchObject({ kind: 'not-found' })
    await expect(sample({ guidance: 0.5 })).rejects.toMatchObject({ kind: 'bad-input', where: 'guidance' })
    for (const step of [10, 20]) rmSync(join(checkpointFolder(model.runDirectory), checkpointFile(step)))
    await expect(sample({ guidance: 2 })).rejects.toMatchObject({ kind: 'not-found' })
    // One that is named needs only be earlier.
    await expect(sample({ steps: 2, guidance: 2, guideCheckpoint: 30 })).resolves.toBeDefined()
  })

  it('guides a run in training by its checkpoints', async () => {
    const request = newRun(small({ steps: 100_000, checkpointEvery: 10 }))
    let reached: () => void = () => undefined
    const atStep25 = new Promise<void>((resolve) => (reached = resolve))
    const live = createEngine({
      emit: (event) => {
        if (event.type === 'progress' && event.progress.step >= 25) reached()
      },
    })
    const ask = (guideCheckpoint: number) =>
      live.handlers.sample({
        ...{
          model: { ...model, ...request, checkpoint: null },
          device: 'cpu',
          count: 2,
          seed: 1,
          save: false,
        },
        sampling: { steps: 2, guidance: 4, guideCheckpoint },
      })
    const trained = live.handlers.train(request)
    await atStep25
    try {
      expect((await ask(10)).evaluations).toBe(4)
      await expect(ask(5)).rejects.toMatchObject({ kind: 'not-found' })
    } finally {
      await live.handlers.stop({ runId: request.runId, save: false })
    }
    await trained
  })
})

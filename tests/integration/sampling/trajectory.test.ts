import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import type { ModelSource, TrajectoryRequest } from '#shared/sampling-messages.ts'
import { mostStates } from '#shared/sampling-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const shape = { height: 8, width: 8, channels: 1 } as const
const size = imageBytes(shape)
const folder = temporaryFolder('trajectory')
const checkpoints: string[] = []
const events: EngineEvent[] = []
const engine = createEngine({
  emit: (event) => {
    events.push(event)
    if (event.type === 'checkpoint') checkpoints.push(event.record.file)
  },
})
let model: ModelSource

beforeAll(async () => {
  const request: TrainRequest = {
    ...{ runId: 'run-1', runDirectory: join(folder.path, 'run-1'), device: 'cpu' },
    datasetDirectory: packedDataset(join(folder.path, 'dataset'), {
      ...{ count: 20, shape, pixel: halves(shape) },
    }),
    config: resolveConfig('pixel-posterior', {
      ...{ steps: 100, batch: 8, hidden: 8, network: 'conv', learningRate: 3e-3 },
      ...{ sampleEvery: 0, sampleCount: 1, sampleSteps: 1, checkpointEvery: 1000 },
    }),
  }
  await engine.handlers.train(request)
  const { runId, runDirectory, config } = request
  model = { runId, runDirectory, config, shape, checkpoint: checkpoints.at(-1) ?? null }
})
afterAll(async () => {
  await engine.dispose()
  folder.remove()
})

const record = (changes: Partial<TrajectoryRequest> = {}) =>
  engine.handlers.trajectory({ model, device: 'cpu', seed: 3, first: 0, ...changes })
const image = ({ pixels }: PixelBatch, i: number) => pixels.subarray(i * size, (i + 1) * size)
const difference = (a: Uint8Array, b: Uint8Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0) / a.length) / 255

describe('the trajectory of a sample', () => {
  it('has the state before each step and the image at the end', async () => {
    const sampling = { solver: 'euler', steps: 6, timeGrid: 'uniform' } as const
    const { times, states, estimates, step } = await record({ first: 2, sampling })
    expect(step).toBe(100)
    expect(states.count).toBe(7)
    expect(times).toHaveLength(7)
    times.forEach((t, i) => expect(t).toBeCloseTo(1 - i / 6, 6))
    const { images } = await engine.handlers.sample({
      ...{ model, device: 'cpu', count: 3, seed: 3, save: false, sampling },
    })
    expect(difference(image(states, 6), image(images, 2))).toBeLessThan(0.005)
    expect(image(estimates, 6)).toEqual(image(states, 6))
    expect(difference(image(states, 0), image(states, 6))).toBeGreaterThan(0.1)
  })

  it('estimates at each state what one step of Euler from there to t = 0 gives', async () => {
    // From t = 1 that is a sampling in one step.
    const [long, short] = [
      await record({ sampling: { solver: 'heun', steps: 5 } }),
      await record({ sampling: { solver: 'euler', steps: 1 } }),
    ]
    expect(difference(image(long.estimates, 0), image(short.states, 1))).toBeLessThan(0.005)
  })

  it('records the steps that an adaptive solver chooses', async () => {
    const { times } = await record({ sampling: { solver: 'dopri5' } })
    expect(times[0]).toBe(1)
    expect(times.at(-1)).toBe(0)
    expect(times.length).toBeGreaterThan(2)
    times.slice(1).forEach((t, i) => expect(t).toBeLessThan(times[i] ?? 0))
  })

  it('keeps a bounded number of states of many steps', async () => {
    const { times, states } = await record({ sampling: { solver: 'euler', steps: 300 } })
    expect(states.count).toBe(times.length)
    expect(times.length).toBeLessThanOrEqual(mostStates)
    expect(times.length).toBeGreaterThan(mostStates / 2)
    expect([times[0], times.at(-1)]).toEqual([1, 0])
  })

  it('is cancelled', async () => {
    const recording = record({ job: 'job-1', sampling: { solver: 'euler', steps: 5000 } })
    await engine.handlers.cancelSampling({ job: 'job-1' })
    await expect(recording).rejects.toMatchObject({ kind: 'cancelled' })
  })
})

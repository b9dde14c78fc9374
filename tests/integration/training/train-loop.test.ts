import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { ratesOf, saved, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { folder, newRun } = trainingRuns('train')

describe('training', () => {
  let before: number
  beforeEach(() => {
    before = tf.memory().numTensors
  })

  it('lowers the loss, reports each step once, and leaves nothing on the device', async () => {
    const request = newRun(small({ steps: 150, sampleEvery: 0, checkpointEvery: 100, learningRate: 3e-3 }))
    const { made, of } = trainer(request)
    const result = await made.run()
    const points = of('metrics').flatMap((event) => event.points)
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1))
    const mean = (part: typeof points) =>
      part.reduce((sum, { values }) => sum + (values['velocity'] ?? NaN), 0) / part.length
    expect(mean(points.slice(-20))).toBeLessThan(0.6 * mean(points.slice(0, 20)))
    expect(result).toMatchObject({ outcome: 'finished', step: 150 })
    expect(Object.keys(result.losses).sort()).toEqual(['kl', 'loss', 'velocity'])
    expect(result.stepsPerSecond).toBeGreaterThan(0)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('samples previews at steps that double once the warm-up lets samples change, the grid at each interval and at the end, and writes checkpoints at each interval and at the end', async () => {
    const request = newRun(small({ sampleSteps: 6, warmup: 5 }))
    const { made, of } = trainer(request)
    await made.run()
    expect(of('sample').map(({ record }) => record.step)).toEqual([0, 2, 4, 5, 10, 12])
    const solverSteps = of('sample').map(({ record }) => record.solverSteps)
    expect(solverSteps).toEqual([4, 4, 4, 6, 6, 6])
    for (const { record } of of('sample'))
      expect(existsSync(join(request.runDirectory, 'samples', record.file))).toBe(true)
    expect(of('checkpoint').map(({ record }) => record.step)).toEqual([4, 8, 12])
    expect(readdirSync(join(request.runDirectory, 'checkpoints')).sort()).toEqual(
      of('checkpoint').flatMap(({ record: { file } }) => [file.replace('.safetensors', '.json'), file]),
    )
  })
})

describe('the length of a run', () => {
  it('is as many epochs of the training images as set, which is reported from the start', async () => {
    // 20 images less 5 for validation, twice, in batches of 8.
    const config = small({ steps: 1000, epochs: 2, validationShare: 0.25, sampleEvery: 0 })
    const { made, of } = trainer(newRun(config))
    expect(await made.run()).toMatchObject({ outcome: 'finished', step: 4 })
    const reports = of('progress').map(({ progress }) => progress)
    expect(new Set(reports.map(({ totalSteps }) => totalSteps))).toEqual(new Set([4]))
    expect(reports.at(-1)?.secondsLeft).toBe(0)
  })

  it('sets the end of the cosine schedule, also by epochs', async () => {
    const rates = async (limits: Partial<RunConfig>) => {
      const run = trainer(newRun(small({ schedule: 'cosine', warmup: 2, sampleEvery: 0, ...limits })))
      await run.made.run()
      return ratesOf(run)
    }
    expect(await rates({ steps: 1000, epochs: 2 })).toEqual(await rates({ steps: 5 }))
  })

  it('sets the end of the cosine schedule by minutes, also after a resume', async () => {
    // A clock that advances by a fifth of a second at each reading.
    const clock = () => {
      let ms = 0
      return () => (ms += 200)
    }
    const limits = { steps: 20_000, minutes: 1, schedule: 'cosine', warmup: 0 } as const
    const request = newRun(small({ ...limits, sampleEvery: 0, checkpointEvery: 10 }))
    const first = trainer(request, undefined, { now: clock() })
    const { step, outcome } = await first.made.run()
    const rates = ratesOf(first)
    expect({ outcome, count: rates.length }).toEqual({ outcome: 'finished', count: step })
    expect(step).toBeLessThan(1000)
    expect(rates[0]).toBe(request.config.learningRate)
    expect(rates.at(-1)).toBeLessThan(0.02 * request.config.learningRate)
    rates.forEach((rate, i) => expect(rate).toBeLessThanOrEqual(rates[i - 1] ?? Infinity))

    const { file, sha256 } = first.of('checkpoint')[1]!.record
    const rest = trainer({ ...request, resume: { file, sha256 } }, undefined, { now: clock() })
    await rest.made.run()
    expect(ratesOf(rest)[0]).toBe(rates[20])
    expect(ratesOf(rest).at(-1)).toBeLessThan(0.02 * request.config.learningRate)
  })
})

describe('the time left', () => {
  it('is within a tenth after a tenth of the run, although the first step builds the graph', async () => {
    // Time passes in TensorFlow's calls only: a second in each, half an hour in the first of the training.
    const { binding } = nodeBackend()
    const { runSavedModel } = binding
    let [ms, next] = [0, 1000]
    binding.runSavedModel = (...call) => {
      ms += next
      next = 1000
      return runSavedModel(...call)
    }
    try {
      const request = newRun(small({ steps: 200, sampleEvery: 0, checkpointEvery: 10 }))
      const onEvent = (event: EngineEvent) => {
        if (event.type === 'started') next = 1_800_000
      }
      const { made, of } = trainer(request, onEvent, { now: () => ms })
      const { trainedSeconds } = await made.run()
      const reports = of('progress').map(({ progress }) => ({
        step: progress.step,
        seconds: progress.secondsLeft,
        left: trainedSeconds - progress.trainedSeconds,
      }))
      expect(reports[0]).toMatchObject({ step: 1, seconds: null })
      expect(reports.filter(({ step }) => step > 20 && step <= 100).length).toBeGreaterThan(70)
      for (const { step, seconds, left } of reports) {
        if (step < 4) expect(seconds).toBeNull()
        else expect(seconds).toBeLessThan(1.1 * left + 1)
        if (step > 20 && step <= 100) expect(Math.abs((seconds ?? NaN) / left - 1)).toBeLessThan(0.1)
      }
    } finally {
      binding.runSavedModel = runSavedModel
    }
  })
})

describe('room on the disk', () => {
  it('does not begin without room for a checkpoint', async () => {
    const request = newRun(small())
    const { made, of } = trainer(request, undefined, {
      freeBytes: () => Promise.resolve(1_000_000),
    })
    await expect(made.run()).rejects.toMatchObject({
      kind: 'no-space',
      message: expect.stringMatching(/takes up to \d+ MB, and only 1 MB/) as string,
    })
    expect(of('metrics')).toEqual([])
  })

  it(
    'ends at a checkpoint when the next would have no room, so that nothing is lost',
    { timeout: 20_000 },
    async () => {
      const request = newRun(small({ sampleEvery: 0 }))
      let checkpoints = 0
      const room = () => Promise.resolve(checkpoints < 2 ? 1e12 : 1e6)
      const { made, of } = trainer(request, (event) => (checkpoints += Number(event.type === 'checkpoint')), {
        freeBytes: room,
      })
      await expect(made.run()).rejects.toMatchObject({ kind: 'no-space' })
      const steps = of('metrics').flatMap(({ points }) => points.map(({ step }) => step))
      const last = of('checkpoint').at(-1)!.record
      expect(last.step).toBe(8)
      expect(steps.at(-1)).toBe(8)
      const { file, sha256 } = last
      expect(await trainer({ ...request, resume: { file, sha256 } }).made.run()).toMatchObject({ step: 12 })
    },
  )

  it('waits for older checkpoints to be deleted', async () => {
    let asked = 0
    // Too little once after the first checkpoint, as if an old one were being deleted.
    const room = () => Promise.resolve(++asked === 2 ? 1e6 : 1e12)
    const { made } = trainer(newRun(small({ sampleEvery: 0 })), undefined, { freeBytes: room })
    expect(await made.run()).toMatchObject({ outcome: 'finished' })
  })
})

describe('previews', () => {
  it('change nothing of the training, bit for bit', async () => {
    const run = async (sampleEvery: number) => {
      const { made, of } = trainer(newRun(small({ steps: 5, warmup: 0, sampleEvery, checkpointEvery: 100 })))
      await made.run()
      const losses = of('metrics').flatMap(({ points }) => points.map(({ values }) => values['loss']))
      return { losses, samples: of('sample').length }
    }
    const [without, previewed] = [await run(0), await run(100)]
    expect([without.samples, previewed.samples]).toEqual([1, 5])
    expect(previewed.losses).toEqual(without.losses)
  })
})

describe('the loss of a checkpoint', () => {
  it('is the validation loss, also where no evaluation was due', async () => {
    const { made, of } = trainer(newRun(small({ validationShare: 0.25, sampleEvery: 5 })))
    await made.run()
    const measured = of('metrics').flatMap(({ points }) =>
      points.flatMap(({ step, values }) =>
        values['validation'] === undefined ? [] : [[step, values['validation']]],
      ),
    )
    expect(measured.map(([step]) => step)).toEqual([4, 5, 8, 10, 12])
    for (const { record } of of('checkpoint')) expect(measured).toContainEqual([record.step, record.loss])
  })

  it('is the smoothed training loss without validation images, the same whether paused meanwhile or not', async () => {
    const losses = async (request: TrainRequest) => {
      const { made, of } = trainer(request)
      await made.run()
      return of('checkpoint').map(({ record }) => record)
    }
    const whole = await losses(newRun(small({ sampleEvery: 0 })))
    const request = newRun(small({ sampleEvery: 0 }))
    const [first] = await losses({ ...request, config: { ...request.config, steps: 4 } })
    const { file, sha256 } = first!
    const rest = await losses({ ...request, resume: { file, sha256 } })
    expect([first, ...rest].map((record) => record?.loss)).toEqual(whole.map(({ loss }) => loss))
  })
})

describe('a run', () => {
  it('does not start when it does not fit into memory, and names the numbers', () => {
    const large = { height: 64, width: 64, channels: 3 } as const
    const request = {
      ...newRun(resolveConfig('ladder-2-posterior', { batch: 4096, hidden: 512 })),
      datasetDirectory: packedDataset(join(folder.path, 'large'), {
        count: 2,
        shape: large,
        pixel: halves(large),
      }),
    }
    expect(() => trainer(request)).toThrow(/needs about \d+\.\d GB of memory, and \d+\.\d GB are free/)
  })

  it('stops when the loss is not finite, naming term and step, and keeps the last good checkpoint', async () => {
    const request = newRun(
      small({
        steps: 4000,
        warmup: 0,
        learningRate: 1,
        clipNorm: 0,
        network: 'conv',
        sigma: 1,
        klWeight: 1000,
        checkpointEvery: 1,
        sampleEvery: 0,
      }),
    )
    const { made, of } = trainer(request)
    await expect(made.run()).rejects.toMatchObject({
      kind: 'non-finite',
      message: expect.stringMatching(/^At step \d+, /) as string,
      hint: expect.stringContaining('--set learningRate=') as string,
    })
    const record = of('checkpoint').at(-1)!.record
    for (const { values } of Object.values(saved(request, record.file)))
      expect(values.every((value) => Number.isFinite(value))).toBe(true)
  })

  it('needs its images', () => {
    expect(() => trainer({ ...newRun(small()), datasetDirectory: join(folder.path, 'nowhere') })).toThrow(
      expect.objectContaining({ kind: 'not-found' }),
    )
  })

  it('measures the validation loss, the same at every step and run', async () => {
    const config = small({ validationShare: 0.25, sampleEvery: 4 })
    const measured = async () => {
      const { made, of } = trainer(newRun(config))
      await made.run()
      const points = of('metrics').flatMap((event) => event.points)
      return points.flatMap(({ step, values }) =>
        values['validation'] === undefined ? [] : [{ step, loss: values['validation'] }],
      )
    }
    const first = await measured()
    expect(first.map(({ step }) => step)).toEqual([4, 8, 12])
    expect(first.at(-1)?.loss).toBeLessThan(first[0]?.loss ?? 0)
    expect(await measured()).toEqual(first)
  })

  it('measures the validation loss without augmentation', async () => {
    const measured = async (changes: Partial<RunConfig>) => {
      // The rate is so low that the weights hardly change.
      const config = small({
        validationShare: 0.25,
        learningRate: 1e-7,
        steps: 4,
        sampleEvery: 0,
        ...changes,
      })
      const { made, of } = trainer(newRun(config))
      await made.run()
      const [last] = of('metrics')
        .flatMap((event) => event.points)
        .slice(-1)
      return last!.values
    }
    const plain = await measured({ flip: false })
    const varied = await measured({ flip: false, jitter: 0.5, shift: 0.5 })
    expect(varied['validation']).toBeCloseTo(plain['validation']!, 4)
    expect(varied['loss']).not.toBeCloseTo(plain['loss']!, 3)
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { deviceSpeed } from '../../../src-main/engine/training/device-speed.ts'
import { cacheDirectory } from '../../../src-main/tensorflow/layout.ts'
import { saved, savedInfo, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('precision')
const auto = () => newRun(small({ precision: 'auto', sampleEvery: 0, validationShare: 0.25 }))

// On a processor without bfloat16 TensorFlow emulates it, which is slower and as exact.
beforeEach(async () => {
  // Measured before, so that the programs of a run are those of its steps.
  await deviceSpeed(loadTensorFlow({ device: 'cpu' }), cacheDirectory())
  nodeBackend().binding.fastPrecision = 'bf16'
})

/** Trains a run in which each timed step takes a given time, for fp32 and then for bf16. */
async function timed(request: TrainRequest, seconds: [number, number]) {
  const backend = nodeBackend()
  const { binding, loadSavedModelMetaGraph } = backend
  const { runSavedModel } = binding
  let ms = 0
  const programs: number[] = []
  let built = NaN
  const onEvent = (event: EngineEvent) => {
    if (event.type === 'started') built = programs.length
  }
  const run = trainer(request, onEvent, { now: () => ms })
  backend.loadSavedModelMetaGraph = function (this: typeof backend, folder, tags) {
    const id = loadSavedModelMetaGraph.call(this, folder, tags)
    programs.push(id)
    return id
  }
  binding.runSavedModel = (...call) => {
    ms += 1000 * (seconds[programs.indexOf(call[0])] ?? 0.001)
    return runSavedModel.apply(binding, call)
  }
  try {
    await run.made.run()
  } finally {
    backend.loadSavedModelMetaGraph = loadSavedModelMetaGraph
    binding.runSavedModel = runSavedModel
  }
  return { ...run, built }
}

const started = ({ of }: ReturnType<typeof trainer>) => of('started')[0]!.machine
const last = ({ of }: ReturnType<typeof trainer>) => of('checkpoint').at(-1)!.record.file

describe('automatic precision', () => {
  it('is the faster of the two, reported with the machine and stored in the checkpoint', async () => {
    const before = tf.memory().numTensors
    for (const [seconds, precision, share] of [
      [[1, 0.5], 'bf16', '0.50'],
      [[1, 1.4], 'fp32', '1.40'],
    ] as const) {
      const request = auto()
      const run = await timed(request, [...seconds])
      const precisionWhy = `bf16 takes ${share} of fp32’s time per step, measured at the start of the run`
      expect(started(run)).toMatchObject({ precision, precisionWhy })
      // Said before, since it takes a while.
      expect(run.of('waiting').map(({ message }) => message)).toEqual([
        expect.stringContaining('timed in both'),
      ])
      expect(savedInfo(request, last(run)).machine).toMatchObject({ precision, precisionWhy })
      // The timed program is used for the run, and computes what an untimed one does.
      expect(run.built).toBe(2)
      const plain = newRun({ ...request.config, precision })
      const untimed = trainer(plain)
      await untimed.made.run()
      expect(saved(request, last(run))).toEqual(saved(plain, last(untimed)))
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  it('stays the same when the run is resumed, however long its steps take now', async () => {
    const whole = auto()
    await timed(whole, [1, 0.5])
    const halved = auto()
    const first = await timed({ ...halved, config: { ...halved.config, steps: 4 } }, [1, 0.5])
    const { file, sha256 } = first.of('checkpoint').at(-1)!.record
    const rest = await timed({ ...halved, resume: { file, sha256 } }, [0.5, 1])
    expect(rest.built).toBe(1)
    expect(started(rest)).toEqual(started(first))
    expect(saved(halved, last(rest))).toEqual(saved(whole, last(rest)))
  })

  it('is the fast one for a checkpoint of an older version, which lacks it', async () => {
    const request = auto()
    const first = await timed({ ...request, config: { ...request.config, steps: 4 } }, [1, 0.5])
    const { file, sha256 } = first.of('checkpoint').at(-1)!.record
    const info = savedInfo(request, file)
    const { precision, precisionWhy, ...machine } = info.machine
    expect([precision, typeof precisionWhy]).toEqual(['bf16', 'string'])
    writeFileSync(
      join(request.runDirectory, 'checkpoints', file.replace('.safetensors', '.json')),
      JSON.stringify({ ...info, machine }),
    )
    const rest = await timed({ ...request, resume: { file, sha256 } }, [0.5, 1])
    expect([rest.built, started(rest).precision]).toEqual([1, 'bf16'])
  })

  it('times nothing where fp32 is the fastest precision of the device', async () => {
    nodeBackend().binding.fastPrecision = 'fp32'
    const run = await timed(auto(), [1, 0.5])
    expect([run.built, started(run).precision]).toEqual([1, 'fp32'])
  })

  it('lets a run that is paused at once be resumed', async () => {
    const request = auto()
    const run = trainer(request)
    const running = run.made.run()
    void run.made.stop({ outcome: 'paused', save: true })
    expect(await running).toMatchObject({ outcome: 'paused', step: 0 })
    const { file, sha256 } = run.of('checkpoint').at(-1)!.record
    // No step was trained yet, so that the precision is chosen now.
    const rest = await timed({ ...request, resume: { file, sha256 } }, [1, 0.5])
    expect([rest.built, started(rest).precision]).toEqual([2, 'bf16'])
    expect(readFileSync(join(request.runDirectory, 'checkpoints', last(rest))).length).toBeGreaterThan(0)
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { settingKeys } from '#shared/schemas/run-config.ts'
import { resumableSettings } from '#shared/resume.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { CheckpointInfo } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import { checkResumable } from '../../../src-main/engine/training/checks.ts'
import { ratesOf, saved, savedInfo, shape, small, trainer, trainingRuns } from '../../helpers/training.ts'
import '../../helpers/all-threads.ts'

const { newRun } = trainingRuns('resume')

const weightsOf = (tensors: ReturnType<typeof saved>): number[] =>
  Object.entries(tensors).flatMap(([name, { values }]) => (name.startsWith('weight/') ? [...values] : []))

const finished = async () => {
  const request = newRun(small({ steps: 4, sampleEvery: 0 }))
  const { made, of } = trainer(request)
  await made.run()
  const { file, sha256 } = of('checkpoint').at(-1)!.record
  return { ...request, resume: { file, sha256 } }
}

it('ends bit for bit the same whether paused meanwhile or not', async () => {
  const varied = { flipVertical: true, turn: true, shift: 0.2, jitter: 0.2 }
  const whole = newRun(small({ emaDecay: 0.9, ...varied }))
  await trainer(whole).made.run()

  const halved = newRun(small({ emaDecay: 0.9, ...varied }))
  // Sampling is always reported when it begins, however fast the steps are: here before the grid of step 5.
  const first = trainer(halved, (event) => {
    if (event.type !== 'progress' || event.progress.activity !== 'sampling') return
    if (event.progress.step === 5) void first.made.stop({ outcome: 'paused', save: true })
  })
  expect(await first.made.run()).toMatchObject({ outcome: 'paused', step: 5 })
  const last = first.of('checkpoint').at(-1)!.record
  expect(last.step).toBe(5)
  const second = trainer({ ...halved, resume: { file: last.file, sha256: last.sha256 } })
  const result = await second.made.run()
  expect(result.step).toBe(12)
  const file = 'step-00000012.safetensors'
  expect(saved(halved, file)).toEqual(saved(whole, file))
})
it('tells again of the grid at its checkpoint, which a process that was killed may not have told of', async () => {
  const request = newRun(small({ steps: 8, sampleEvery: 4, checkpointEvery: 4 }))
  const whole = trainer(request)
  await whole.made.run()
  const { file, sha256 } = whole.of('checkpoint').find(({ record }) => record.step === 4)!.record
  const told = whole.of('sample').find(({ record }) => record.step === 4)!.record
  const again = trainer({ ...request, resume: { file, sha256 } })
  await again.made.run()
  expect(again.of('sample').map(({ record }) => record.step)).toEqual([4, 8])
  expect(again.of('sample')[0]?.record).toEqual(told)
})
it('resumes with more steps, another learning rate and clipping, which take effect', async () => {
  const request = await finished()
  const resumed = async (changes: Partial<RunConfig>) => {
    const config = small({ steps: 6, sampleEvery: 0, ...changes })
    const run = trainer({ ...request, config })
    expect(await run.made.run()).toMatchObject({ outcome: 'finished', step: 6 })
    const { file } = run.of('checkpoint').at(-1)!.record
    expect(savedInfo(request, file).config).toEqual(config)
    return {
      rates: ratesOf(run),
      weights: weightsOf(saved(request, file)),
    }
  }
  const start = weightsOf(saved(request, request.resume.file))
  const plain = await resumed({})
  // The rate is so low that the weights hardly change.
  const slow = await resumed({ learningRate: 1e-7 })
  expect(slow.rates).toEqual([5, 6].map((step) => 1e-7 * (step / 50)))
  const apart = (weights: number[]) =>
    Math.max(...weights.map((weight, i) => Math.abs(weight - (start[i] ?? NaN))))
  expect(apart(slow.weights)).toBeLessThan(1e-6)
  expect(apart(plain.weights)).toBeGreaterThan(1e-5)
  const clipped = await resumed({ clipNorm: 1e-3 })
  expect(clipped.rates).toEqual(plain.rates)
  expect(clipped.weights).not.toEqual(plain.weights)
})

it('refuses all other changes, naming each setting with both values', async () => {
  const request = await finished()
  const config = small({ steps: 6, learningRate: 0.5, hidden: 16, schedule: 'cosine', flip: false })
  const refused = trainer({ ...request, config }).made.run()
  await expect(refused).rejects.toMatchObject({
    kind: 'conflict',
    message:
      'The checkpoint was written with other settings: hidden was 8 and is 16, schedule was constant and is cosine, flip was true and is false.',
    where: 'hidden, schedule, flip',
    hint: expect.stringMatching(
      /Set them back to resume, or start a new run.*learningRate, clipNorm/,
    ) as string,
  })
  for (const key of settingKeys.filter((each) => !resumableSettings.includes(each))) {
    const checkpoint = { config: { ...request.config, [key]: 'other' } } as CheckpointInfo
    const check = () => checkResumable({ checkpoint, config: request.config, shape })
    expect(check).toThrow(`${key} was other and is ${request.config[key]}.`)
  }
})

it('does not resume from a changed checkpoint', async () => {
  const request = await finished()
  const path = join(request.runDirectory, 'checkpoints', request.resume.file)
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
  await expect(trainer(request).made.run()).rejects.toMatchObject({ kind: 'corrupt', where: path })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { settingKeys } from '#shared/schemas/run-config.ts'
import { resumableSettings } from '#shared/resume.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { CheckpointInfo } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import { checkResumable } from '../../../src-main/engine/training/checks.ts'
import { ratesOf, saved, savedInfo, shape, small, trainer, trainingRuns } from '../../helpers/training.ts'

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

it('ends bit for bit the same whether paused on the way or not', async () => {
  const varied = { flipVertical: true, turn: true, shift: 0.2, jitter: 0.2 }
  const whole = newRun(small({ emaDecay: 0.9, ...varied }))
  await trainer(whole).made.run()

  const halved = newRun(small({ emaDecay: 0.9, ...varied }))
  const first = trainer(halved, (event) => {
    if (event.type === 'progress' && event.progress.step === 7)
      void first.made.end({ outcome: 'paused', save: true })
  })
  // Every step reports, however fast it was.
  const paused = await (async () => {
    const running = first.made.run()
    return await running
  })()
  const last = first.of('checkpoint').at(-1)!.record
  expect(last.step).toBe(paused.step)
  if (paused.outcome === 'paused') expect(paused.step).toBeLessThan(12)
  const second = trainer({ ...halved, resume: { file: last.file, sha256: last.sha256 } })
  const result = await second.made.run()
  expect(result.step).toBe(12)
  const file = 'step-00000012.safetensors'
  expect(saved(halved, file)).toEqual(saved(whole, file))
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
  // So low a rate that the weights stay where they are, all but the last bits.
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

it('refuses all other changes, each by its name with what was and what is', async () => {
  const request = await finished()
  const config = small({ steps: 6, learningRate: 0.5, hidden: 16, schedule: 'cosine', flip: false })
  const refused = trainer({ ...request, config }).made.run()
  await expect(refused).rejects.toMatchObject({
    kind: 'conflict',
    message:
      'The checkpoint was made with other settings: hidden was 8 and is 16, schedule was constant and is cosine, flip was true and is false.',
    where: 'hidden, schedule, flip',
    hint: expect.stringMatching(
      /Set them back to resume, or start a new run.*learningRate, clipNorm/,
    ) as string,
  })
  for (const key of settingKeys.filter((each) => !resumableSettings.includes(each))) {
    const saves = { config: { ...request.config, [key]: 'other' } } as CheckpointInfo
    const check = () => checkResumable({ saved: saves, config: request.config, shape })
    expect(check).toThrow(`${key} was other and is ${request.config[key]}.`)
  }
})

it('does not go on from a changed save', async () => {
  const request = await finished()
  const path = join(request.runDirectory, 'checkpoints', request.resume.file)
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
  await expect(trainer(request).made.run()).rejects.toMatchObject({ kind: 'corrupt', where: path })
})

import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { TrainRequest } from '#shared/engine-messages.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { checkpointFile, checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { saved, savedInfo, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('start-from')
const parentConfig = small({ steps: 6, sampleEvery: 0, emaDecay: 0.9 })

let trained: Promise<TrainRequest> | null = null
async function trainParent(): Promise<TrainRequest> {
  const parent = newRun(parentConfig)
  await trainer(parent).made.run()
  return parent
}

/** A trained run; another one gets its last checkpoint as the history hands it over. */
async function parentOf(child: TrainRequest): Promise<TrainRequest> {
  const parent = await (trained ??= trainParent())
  const directory = join(child.runDirectory, 'start')
  mkdirSync(directory, { recursive: true })
  cpSync(checkpointFolder(parent.runDirectory), checkpointFolder(directory), { recursive: true })
  child.start = { directory, file: checkpointFile(6) }
  return parent
}

const childOf = (changes: Partial<RunConfig> = {}) =>
  newRun(small({ steps: 8, sampleEvery: 0, emaDecay: 0.9, seed: 77, ...changes }))

it('starts from the averaged weights at step 0 with a fresh optimizer, and keeps them itself', async () => {
  const child = childOf()
  const parent = await parentOf(child)
  const run = trainer(child)
  expect(await run.made.run()).toMatchObject({ outcome: 'finished', step: 8 })
  expect(run.of('started')).toMatchObject([{ step: 0 }])
  const [before, after] = [saved(parent, checkpointFile(6)), saved(child, checkpointFile(0))]
  const names = Object.keys(before).filter((name) => name.startsWith('ema/'))
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) {
    const of = (kind: string) => after[name.replace('ema/', kind)]!.values
    expect(of('ema/')).toEqual(before[name]!.values)
    expect(of('weight/')).toEqual(before[name]!.values)
    for (const moment of ['m/', 'v/']) expect(of(moment).every((value) => value === 0)).toBe(true)
  }
  expect(savedInfo(child, checkpointFile(0))).toMatchObject({ step: 0, losses: {} })
  expect(existsSync(child.start!.directory)).toBe(false)
})

it('shows samples of those weights first, not of random ones', async () => {
  const [child, untrained] = [childOf({ sampleEvery: 8 }), childOf({ sampleEvery: 8 })]
  await parentOf(child)
  const first: Buffer[] = []
  for (const request of [child, untrained]) {
    const run = trainer(request)
    await run.made.run()
    const [{ record } = { record: null }] = run.of('sample')
    expect(record).toMatchObject({ step: 0 })
    // Pixels only: the file's text names the run.
    first.push(
      await sharp(join(request.runDirectory, 'samples', record!.file))
        .raw()
        .toBuffer(),
    )
  }
  expect(first[0]).not.toEqual(first[1])
})

it('resumes bit for bit, from its first checkpoint and from a later one', async () => {
  const child = childOf()
  await parentOf(child)
  await trainer(child).made.run()
  const whole = saved(child, checkpointFile(8))
  for (const step of [0, 4]) {
    const { sha256 } = savedInfo(child, checkpointFile(step))
    const request = { ...child }
    delete request.start
    await trainer({ ...request, resume: { file: checkpointFile(step), sha256 } }).made.run()
    expect(saved(child, checkpointFile(8))).toEqual(whole)
  }
})

it('refuses weights of another network, and leaves them where they are', async () => {
  const child = childOf({ hidden: 12 })
  await parentOf(child)
  await expect(trainer(child).made.run()).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/differs in size/) as string,
  })
  expect(existsSync(join(checkpointFolder(child.start!.directory), checkpointFile(6)))).toBe(true)
})

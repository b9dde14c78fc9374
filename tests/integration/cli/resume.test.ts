import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunRecord } from '#shared/schemas/run.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli-resume')
const images = join(folder.path, 'images')
const commands = commandsInOneProcess(join(folder.path, 'data'))
const flowerbed = commands.run
const settings = ['hidden=4', 'precision=fp32', 'sampleEvery=0', 'sampleCount=1', 'sampleSteps=1']
  .concat('checkpointEvery=2', 'checkpointKeep=9')
  .flatMap((setting) => ['--set', setting])

let run: string
beforeAll(async () => {
  const colours = ['#d03030', '#30a030', '#3050d0']
  const files = await Promise.all(colours.map((colour) => plain(10, 10, colour).png().toBuffer()))
  writeFiles(images, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
  const trained = await flowerbed([
    'train',
    images,
    '--steps',
    '6',
    '--image-size',
    '8',
    '--batch',
    '2',
    '--json',
    ...settings,
  ])
  expect(trained.err + String(trained.code)).toMatch(/0$/)
  run = trained.json['run'] as string
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

/** The record of the newest run. */
function newestRun(): RunRecord {
  const store = openStore(join(folder.path, 'data'))
  const [record] = store.runs.list()
  store.close()
  return record!
}
const checkpoints = () => join(folder.path, 'data', 'runs', run, 'checkpoints')
const files = () =>
  readdirSync(checkpoints())
    .filter((name) => name.endsWith('.safetensors'))
    .sort()

it.each([
  [['--batch', '4'], '--batch cannot change when a run resumes.'],
  [['--seed', '4'], '--seed cannot change when a run resumes.'],
  [['--preset', 'fast'], '--preset cannot change when a run resumes.'],
  [['--image-size', '16'], '--image-size cannot change when a run resumes.'],
  [['--set', 'hidden=8'], '“hidden” cannot change when a run resumes.'],
  [['--set', 'learningRate=-1'], 'Learning rate must be at least'],
  [[], 'This run has finished all 6 steps.'],
])('--resume with %j is refused and changes nothing', async (given, message) => {
  const before = newestRun()
  const { code, err } = await flowerbed(['train', '--resume', run, ...given])
  expect(err).toContain(message)
  expect(code).toBe(2)
  expect(newestRun()).toEqual(before)
})

it('a folder beside --resume, or --checkpoint without it, is refused', async () => {
  const both = await flowerbed(['train', images, '--resume', run])
  expect(both.err).toContain('A resumed run keeps its images; a folder cannot be given.')
  expect(both.code).toBe(2)
  const alone = await flowerbed(['train', images, '--checkpoint', '2'])
  expect(alone.err).toContain('--checkpoint needs --resume.')
  expect(alone.code).toBe(2)
})

it('a resume that cannot begin adds nothing to the goal, and the run stays finished', async () => {
  const pixels = readdirSync(join(folder.path, 'data', 'datasets')).map((id) =>
    join(folder.path, 'data', 'datasets', id, 'pixels.u8'),
  )[0]!
  const whole = readFileSync(pixels)
  truncateSync(pixels, 10)
  for (let tries = 0; tries < 2; tries++) {
    const failed = await flowerbed(['train', '--resume', run, '--steps', '2'])
    expect(failed.code).toBe(1)
    expect(newestRun()).toMatchObject({ status: 'finished', step: 6, config: { steps: 6 } })
  }
  writeFileSync(pixels, whole)
})

it('a lower learning rate, more steps and a name are taken and recorded', async () => {
  const given = [
    '--steps',
    '2',
    '--set',
    'learningRate=0.0005',
    '--set',
    'clipNorm=0.5',
    '--name',
    'Second half',
  ]
  const resumed = await flowerbed(['train', '--resume', run, '--json', ...given])
  expect(resumed.json).toMatchObject({ run, steps: 8 })
  expect(newestRun()).toMatchObject({
    name: 'Second half',
    config: { steps: 8, learningRate: 0.0005, clipNorm: 0.5 },
  })
  const told = await flowerbed(['runs', 'events', run, '--json'])
  expect(told.err).toContain('step 6: Steps 6 → 8, Learning rate 0.002 → 0.0005, Gradient clipping 1 → 0.5')
  expect(told.json).toMatchObject({
    run,
    events: [
      { kind: 'started', step: 0 },
      { kind: 'ended', step: 6, detail: { status: 'finished' } },
      { kind: 'resumed', step: 6 },
      { kind: 'settings', step: 6, detail: { learningRate: { to: 0.0005 }, steps: { from: 6, to: 8 } } },
      { kind: 'ended', step: 8, detail: { status: 'finished' } },
    ],
  })
})

it('a damaged checkpoint is replaced by the one before it, for training and for sampling', async () => {
  expect(files()).toHaveLength(4)
  const newest = join(checkpoints(), files().at(-1)!)
  truncateSync(newest, 100)
  const out = join(folder.path, 'samples')
  const sampled = await flowerbed(['sample', run, '--count', '1', '--steps', '1', '--out', out])
  expect(sampled.err).toMatch(/The checkpoint of step 8 cannot be read: .* The one of step 6 is used\./)
  expect(sampled.code).toBe(0)

  const explicit = await flowerbed(['train', '--resume', run, '--checkpoint', '8', '--steps', '2'])
  expect(explicit.err).toContain('These can be used instead: step 6, 4, 2.')
  expect(explicit.code).toBe(1)

  const resumed = await flowerbed(['train', '--resume', run, '--steps', '2', '--json'])
  expect(resumed.json).toMatchObject({ run, steps: 10 })
  const { err } = await flowerbed(['runs', 'events', run])
  expect(err).toContain('Resumed from the checkpoint of step 6')
})

it('resumes from the checkpoint that is asked for', async () => {
  const resumed = await flowerbed(['train', '--resume', run, '--checkpoint', '4', '--json'])
  expect(resumed.json).toMatchObject({ run, steps: 10 })
  const { err } = await flowerbed(['runs', 'events', run])
  expect(err).toContain('Resumed from the checkpoint of step 4')
})

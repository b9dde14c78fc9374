import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { TrainRequest } from '#shared/engine-messages.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { keptWidths } from '#shared/weight-averaging.ts'
import { foundSnapshots, loadSnapshot } from '../../../src-main/engine/checkpoints/average-snapshot.ts'
import { exponentOf } from '../../../src-main/engine/model/power-average.ts'
import { saved, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('power-averages')

const power = (changes: Partial<RunConfig> = {}): RunConfig =>
  small({ emaKind: 'power', sampleEvery: 0, ...changes })
const fileOf = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`
const folderOf = (request: TrainRequest) => join(request.runDirectory, 'averages')
const snapshotsOf = (request: TrainRequest) =>
  Object.fromEntries(
    readdirSync(folderOf(request)).map((name) => [name, readFileSync(join(folderOf(request), name))]),
  )
const stepsOf = async (request: TrainRequest) =>
  (await foundSnapshots(request.runDirectory, Infinity)).map(({ step }) => step)

it('keeps the averages of all steps’ weights by the two power functions', async () => {
  const steps = 6
  const request = newRun(power({ steps, checkpointEvery: 1 }))
  await trainer(request).made.run()
  const states = Array.from({ length: steps }, (_, i) => saved(request, fileOf(i + 1)))
  for (const [kind, width] of [
    ['ema', keptWidths[0]],
    ['emaWide', keptWidths[1]],
  ] as const) {
    const exponent = exponentOf(width) + 1
    const shares = states.map((_, i) => ((i + 1) / steps) ** exponent - (i / steps) ** exponent)
    const averages = Object.entries(states[steps - 1]!).filter(([name]) => name.startsWith(`${kind}/`))
    expect(averages.length).toBeGreaterThan(2)
    for (const [name, { values }] of averages) {
      const weights = states.map((state) => state[name.replace(`${kind}/`, 'weight/')]!.values)
      values.forEach((value, i) =>
        expect(value).toBeCloseTo(
          shares.reduce((sum, share, at) => sum + share * weights[at]![i]!, 0),
          5,
        ),
      )
    }
  }
})

it('ends bit for bit the same, snapshots included, whether paused meanwhile or not', async () => {
  const whole = newRun(power())
  await trainer(whole).made.run()
  const halved = newRun(power())
  const first = trainer(halved, (event) => {
    if (event.type === 'checkpoint' && event.record.step === 4)
      void first.made.stop({ outcome: 'paused', save: true })
  })
  await first.made.run()
  const { file, sha256, step } = first.of('checkpoint').at(-1)!.record
  expect(step).toBeLessThan(12)
  const second = trainer({ ...halved, resume: { file, sha256 } })
  await second.made.run()
  expect(saved(halved, fileOf(12))).toEqual(saved(whole, fileOf(12)))
  const own = (files: Record<string, Buffer>) =>
    Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.safetensors')))
  expect(own(snapshotsOf(halved))).toEqual(own(snapshotsOf(whole)))
  expect(Object.keys(own(snapshotsOf(whole)))).toHaveLength(12)
})

it('takes snapshots of both averages in 16 bits, and says so', async () => {
  const request = newRun(power({ checkpointEvery: 1 }))
  const run = trainer(request)
  await run.made.run()
  const records = run.of('snapshot').map(({ record }) => record)
  expect(records.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  const infos = await foundSnapshots(request.runDirectory, 7)
  expect(infos.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(infos[6]).toMatchObject({ widths: keptWidths, sha256: records[6]!.sha256 })
  const averages = (await loadSnapshot(request.runDirectory, infos[6]!))!
  const exact = saved(request, fileOf(7))
  const names = Object.keys(exact).filter((name) => name.startsWith('ema'))
  expect(Object.keys(averages)).toEqual(names)
  for (const name of names) {
    const of = exact[name]!.values
    averages[name]!.forEach((value, i) =>
      expect(Math.abs(value - of[i]!)).toBeLessThanOrEqual(Math.abs(of[i]!) * 2 ** -11 + 2 ** -25),
    )
  }
})

it('thins snapshots out when the run is extended, and deletes those of steps that are trained again', async () => {
  const request = newRun(power())
  const first = trainer(request)
  await first.made.run()
  const at = (step: number) => first.of('checkpoint').find(({ record }) => record.step === step)!.record
  const longer = { ...request, config: power({ steps: 70 }) }
  const resumed = trainer({ ...longer, resume: at(8) }, (event) => {
    // Only the start of what is to be trained again.
    if (event.type === 'started') void resumed.made.stop({ outcome: 'paused', save: true })
  })
  await resumed.made.run()
  expect(await stepsOf(request)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  await trainer({ ...longer, resume: at(8) }).made.run()
  expect(await stepsOf(request)).toEqual(Array.from({ length: 17 }, (_, i) => 4 * (i + 1)))
})

it('leaves a snapshot out that has no room, with a warning, and trains on', async () => {
  // The room of one checkpoint, and not of two.
  const run = trainer(newRun(power()), undefined, { freeBytes: () => Promise.resolve(20_000_000) })
  expect(await run.made.run()).toMatchObject({ outcome: 'finished', step: 12 })
  expect(run.of('snapshot')).toEqual([])
  expect(run.of('warning').map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/no room for the snapshot of the averages at step 1;/),
  )
})

it('does not load a snapshot that is damaged', async () => {
  const request = newRun(power({ steps: 2 }))
  await trainer(request).made.run()
  const [info] = await foundSnapshots(request.runDirectory, 1)
  const path = join(folderOf(request), 'average-00000001.safetensors')
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
  expect(await loadSnapshot(request.runDirectory, info!)).toBeNull()
})

it('takes none with a constant decay', async () => {
  const request = newRun(small({ sampleEvery: 0 }))
  await trainer(request).made.run()
  expect(existsSync(folderOf(request))).toBe(false)
})

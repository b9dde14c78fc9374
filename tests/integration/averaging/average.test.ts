import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { keptWidths } from '#shared/weight-averaging.ts'
import type { AverageRequest } from '#shared/weight-averaging.ts'
import { loadCheckpoint } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import type { Checkpoint } from '../../../src-main/engine/checkpoints/checkpoint.ts'
import { exponentOf } from '../../../src-main/engine/model/power-average.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import { deleteSnapshots } from '../../../src-main/files/average-snapshots.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const steps = 12
const shape = { height: 8, width: 8, channels: 1 } as const
const folder = temporaryFolder('average')
const dataset = packedDataset(join(folder.path, 'dataset'), { count: 60, shape, pixel: halves(shape) })
const config = resolveConfig('pixel-posterior', {
  ...{ steps, batch: 8, hidden: 8, code: 4, posterior: false, precision: 'fp32', learningRate: 0.01 },
  ...{ warmup: 0, sampleEvery: 0, sampleCount: 1, sampleSteps: 1, checkpointEvery: 1, emaKind: 'power' },
})
const runDirectory = join(folder.path, 'run')
const run = { runId: 'run', runDirectory, config }
const fileOf = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`
let events: EngineEvent[] = []
const engine = createEngine({ emit: (event) => events.push(event) })

const request = (changes: Partial<AverageRequest> = {}): AverageRequest => ({
  model: { ...run, shape, checkpoint: fileOf(steps), exact: true },
  ...{ device: 'cpu', datasetDirectory: dataset, count: 30, seed: 1 },
  ...{ widths: [0.1], sampling: { solver: 'euler', steps: 2 } },
  ...changes,
})
const averaged = async (changes: Partial<AverageRequest> = {}) => {
  const result = await engine.handlers.average(request(changes))
  return { ...result, made: await loadCheckpoint(runDirectory, result.record.file, result.record.sha256) }
}
const arraysOf = ({ state }: Checkpoint, kind: string) =>
  Object.entries(state).flatMap(([name, values]) =>
    name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), values] as const] : [],
  )
const sampled = async (checkpoint: string) => {
  const model = { ...run, shape, checkpoint, exact: true }
  const { images } = await engine.handlers.sample({ model, device: 'cpu', count: 4, seed: 1, save: false })
  return images.pixels
}

beforeAll(async () => {
  await engine.handlers.train({ ...run, datasetDirectory: dataset, device: 'cpu' })
})
afterAll(async () => {
  await engine.dispose()
  folder.remove()
})

it('makes a checkpoint that samples with the average, and is else as it was', async () => {
  const before = await loadCheckpoint(runDirectory, fileOf(steps))
  const { made, record, width, snapshots, compared } = await averaged()
  expect(record).toMatchObject({ step: steps, file: 'step-00000012-width-0.100.safetensors', runId: 'run' })
  expect({ width, snapshots, compared }).toEqual({
    ...{ width: 0.1, snapshots: steps - 1 },
    compared: [{ width: 0.1, profileError: made.info.average!.profileError, kernelDistance: null }],
  })
  for (const [name, values] of Object.entries(before.state))
    if (!name.startsWith('measured/')) expect(made.state[name]).toEqual(values)
  const { average, sha256, ...info } = made.info
  expect({ ...info, sha256: before.info.sha256 }).toEqual(before.info)
  expect(average).toMatchObject({ width: 0.1 })
  expect(sha256).toBe(record.sha256)
  // The prior of codes is that of the average.
  expect(made.state['measured/codes.mean']).not.toEqual(before.state['measured/codes.mean'])

  expect(await sampled(record.file)).not.toEqual(await sampled(fileOf(steps)))
})

it.each(keptWidths)('reproduces the average of width %f that the run has kept', async (width) => {
  const { made, compared } = await averaged({ widths: [width] })
  expect(compared[0]!.profileError).toBeLessThan(1e-6)
  const kept = arraysOf(made, width === keptWidths[0] ? 'ema' : 'emaWide')
  const chosen = Object.fromEntries(arraysOf(made, 'chosen'))
  expect(Object.keys(chosen)).toEqual(kept.map(([name]) => name))
  for (const [name, values] of kept)
    chosen[name]!.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5))
})

it.each([0.075, 0.15])('comes near the average of width %f over all steps', async (width) => {
  const { made } = await averaged({ widths: [width] })
  const states = await Promise.all(
    Array.from({ length: steps }, (_, i) => loadCheckpoint(runDirectory, fileOf(i + 1))),
  )
  const power = exponentOf(width) + 1
  const shares = states.map((_, i) => ((i + 1) / steps) ** power - (i / steps) ** power)
  let [error, moved] = [0, 0]
  for (const [name, values] of arraysOf(made, 'chosen')) {
    const weights = states.map(({ state }) => state[`weight/${name}`]!)
    values.forEach((value, i) => {
      const exact = shares.reduce((sum, share, at) => sum + share * weights[at]![i]!, 0)
      error += (value - exact) ** 2
      moved += (weights.at(-1)![i]! - exact) ** 2
    })
  }
  // Much nearer than the weights of the last step are.
  expect(Math.sqrt(error / moved)).toBeLessThan(0.02)
})

it('compares widths by samples of the same noise, and takes the best', async () => {
  const widths = [0.05, 0.1, 0.2]
  events = []
  const { compared, width, count, made } = await averaged({ widths, job: 'compare' })
  expect(compared.map((one) => one.width)).toEqual(widths)
  expect(count).toBe(30)
  const distances = compared.map(({ kernelDistance }) => kernelDistance!)
  for (const { value, error, floor } of distances) {
    expect([value, error, floor.value, floor.error].every(Number.isFinite)).toBe(true)
    expect(error).toBeGreaterThan(0)
  }
  const values = distances.map(({ value }) => value)
  expect(new Set(values).size).toBe(3)
  expect(width).toBe(widths[values.indexOf(Math.min(...values))])
  expect(made.info.average!.width).toBe(width)
  expect((await averaged({ widths })).compared).toEqual(compared)
  const shares = events.flatMap((event) => (event.type === 'sampling' ? [event.share] : []))
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
})

it('resumes from a checkpoint with another average as from the one without', async () => {
  const { record } = await averaged({ model: { ...run, shape, checkpoint: fileOf(10), exact: true } })
  const whole = await loadCheckpoint(runDirectory, fileOf(steps))
  await engine.handlers.train({
    ...{ ...run, datasetDirectory: dataset, device: 'cpu' },
    resume: { file: record.file, sha256: record.sha256 },
  })
  expect((await loadCheckpoint(runDirectory, fileOf(steps))).state).toEqual(whole.state)
})

it('is less exact with fewer snapshots, and says so', async () => {
  const [all] = (await averaged({ widths: [0.15] })).compared
  await deleteSnapshots(runDirectory, (step) => step % 8 !== 0)
  const few = await averaged({ widths: [0.15] })
  expect(few.snapshots).toBe(1)
  expect(few.compared[0]!.profileError).toBeGreaterThan(all!.profileError)
  rmSync(join(runDirectory, 'averages'), { recursive: true })
  const none = await averaged({ widths: [0.15] })
  expect(none.snapshots).toBe(0)
  expect(none.compared[0]!.profileError).toBeGreaterThan(few.compared[0]!.profileError)
})

it('refuses a run of constant decay, and one whose images are needed and gone', async () => {
  const gone = engine.handlers.average(request({ datasetDirectory: null }))
  await expect(gone).rejects.toMatchObject({
    kind: 'not-found',
    message: 'The images of this run were deleted.',
  })
  const constant = {
    ...run,
    runDirectory: join(folder.path, 'constant'),
    config: { ...config, emaKind: 'decay' as const, steps: 1 },
  }
  await engine.handlers.train({ ...constant, datasetDirectory: dataset, device: 'cpu' })
  const model = { ...constant, shape, checkpoint: fileOf(1), exact: true }
  await expect(engine.handlers.average(request({ model }))).rejects.toMatchObject({
    kind: 'bad-input',
    hint: expect.stringMatching(/emaKind=power/) as string,
  })
})

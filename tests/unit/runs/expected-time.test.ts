import { expect, test } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { expectedLength, expectedSeconds, remainingSeconds } from '../../../src-main/runs/expected-time.ts'

const runOf = (config: Record<string, unknown>, record: Partial<RunRecord> = {}): RunRecord =>
  ({
    ...{ step: 0, trainedSeconds: 0, imageCount: 100, deviceChoice: 'cpu' },
    shape: { height: 8, width: 8, channels: 3 },
    config: resolveConfig('pixel-posterior', { steps: 100, ...config }),
    ...record,
  }) as RunRecord
/** Trained at 5 steps per second and at 2; the last one is older than those that count. */
const earlier = [
  runOf({ hidden: 8, klWeight: 3 }, { step: 50, trainedSeconds: 10 }),
  runOf({ hidden: 16 }, { step: 20, trainedSeconds: 10 }),
  ...Array.from({ length: 4 }, () => runOf({ hidden: 8 }, { step: 50, trainedSeconds: 10 })),
  runOf({ hidden: 8 }, { step: 20, trainedSeconds: 1000 }),
]

test('takes the speed of the newest runs with the same network, whatever its objective, and of the others without one', () => {
  expect(expectedSeconds([runOf({ hidden: 8 })], earlier)).toBe(20)
  expect(expectedSeconds([runOf({ hidden: 16 }, { step: 40 })], earlier)).toBe(30)
  // 3.5 steps per second where both are known.
  const unknown = [runOf({ hidden: 8 }), runOf({ hidden: 16 }), runOf({ hidden: 32, steps: 70 })]
  expect(expectedSeconds(unknown, earlier)).toBe(20 + 50 + 20)
})

test('minutes bound it, less what is trained already', () => {
  expect(expectedSeconds([runOf({ minutes: 2 }, { trainedSeconds: 30 })], [])).toBe(90)
  expect(expectedSeconds([runOf({ hidden: 8, minutes: 0.1 })], earlier)).toBe(6)
})

test('is not known without any run like them', () => {
  expect(expectedSeconds([runOf({ hidden: 32 })], earlier)).toBeNull()
  expect(expectedSeconds([runOf({ hidden: 8, batch: 4 })], earlier)).toBeNull()
  expect(expectedSeconds([runOf({ hidden: 8 })], [])).toBeNull()
  expect(expectedSeconds([], earlier)).toBe(0)
})

test('a new run is expected to take as long as those of its cost, and to end by what comes first', () => {
  const length = (config: Record<string, unknown>) => expectedLength(runOf(config), earlier)
  expect(length({ hidden: 8 })).toEqual({ seconds: 20, steps: 100, basis: 'same' })
  expect(length({ hidden: 8, minutes: 0.1 })).toEqual({ seconds: 6, steps: 30, basis: 'same' })
  expect(expectedLength(runOf({ minutes: 2 }), [])).toEqual({ seconds: 120, steps: null, basis: null })
  expect(expectedLength(runOf({}), [])).toEqual({ seconds: null, steps: 100, basis: null })
})

test('a run unlike all others is expected to take as long as by the measured speed of the device', () => {
  const automatic = { settings: [], speed: null, secondsPerStep: 0.5 }
  const run = { ...runOf({ hidden: 32 }), automatic }
  expect(expectedLength(run, earlier)).toEqual({ seconds: 50, steps: 100, basis: 'measured' })
  expect(expectedLength({ ...runOf({ hidden: 8 }), automatic }, earlier)).toMatchObject({ basis: 'same' })
})

test('a run of several processes says whether these were measured, or one of them', () => {
  const workers = { processes: 2 }
  const [settings, secondsPerStep] = [[], 0.5]
  const speed = { measured: { device: 'cpu', flopsPerSecond: 1, secondsPerOperation: 1 }, correction: 2 }
  const run = runOf({ hidden: 32 }, { workers, automatic: { settings, speed: null, secondsPerStep } })
  expect(expectedLength(run, earlier)).toEqual({ seconds: 50, steps: 100, basis: 'oneProcess' })
  const group = { ...run, automatic: { settings, speed, secondsPerStep } }
  expect(expectedLength(group, earlier)).toEqual({ seconds: 50, steps: 100, basis: 'group' })
  // Neither runs of one process nor the work of these tell anything of several.
  expect(expectedLength(runOf({ hidden: 8 }, { workers }), earlier)).toMatchObject({
    seconds: null,
    basis: null,
  })
  const same = runOf({ hidden: 32 }, { workers, step: 50, trainedSeconds: 100 })
  expect(expectedLength(run, [same, ...earlier])).toMatchObject({ seconds: 200, basis: 'same' })
})

test('a run unlike all others is scaled by its work', () => {
  // Twice the channels are four times the work, and a quarter of the batch is a quarter of it.
  const one = [runOf({ hidden: 16, batch: 32 }, { step: 20, trainedSeconds: 10 })]
  expect(expectedLength(runOf({ hidden: 32, batch: 32 }), one)).toMatchObject({
    seconds: 200,
    basis: 'scaled',
  })
  expect(expectedLength(runOf({ hidden: 32, batch: 8 }), one)).toMatchObject({ seconds: 50, basis: 'scaled' })
  expect(expectedLength(runOf({ hidden: 32, network: 'conv' }), one)).toMatchObject({ seconds: null })
})

test('runs of only a few steps or seconds tell nothing, however alike', () => {
  const alone = { experimentId: null }
  const short = [
    runOf({ hidden: 8 }, { ...alone, step: 3, trainedSeconds: 36 }),
    runOf({ hidden: 8 }, { ...alone, step: 60, trainedSeconds: 9 }),
  ]
  expect(expectedLength(runOf({ hidden: 8 }), short)).toEqual({ seconds: null, steps: 100, basis: null })
  expect(expectedSeconds([runOf({ hidden: 8 }, alone)], short)).toBeNull()
  // They do not spoil what a longer one tells.
  expect(expectedLength(runOf({ hidden: 8 }), [...short, ...earlier]).seconds).toBe(20)
  const fast = runOf({ hidden: 8 }, { step: 400, trainedSeconds: 4 })
  expect(expectedLength(runOf({ hidden: 8 }), [fast]).seconds).toBe(1)
})

test('short runs tell of the others of their experiment', () => {
  const short = runOf({ hidden: 8 }, { step: 50, trainedSeconds: 2, experimentId: 'e' })
  expect(expectedSeconds([runOf({ hidden: 8 }, { experimentId: 'e' })], [short])).toBe(4)
  expect(expectedSeconds([runOf({ hidden: 8 }, { experimentId: 'other' })], [short])).toBeNull()
})

test('what a run has left is less by what it has done, by steps or by minutes', () => {
  expect(remainingSeconds(runOf({ hidden: 8 }, { step: 25 }), earlier)).toBe(15)
  expect(remainingSeconds(runOf({ minutes: 2 }, { trainedSeconds: 30 }), [])).toBe(90)
  expect(remainingSeconds(runOf({ hidden: 8 }), [])).toBeNull()
})

import { expect, test } from 'vitest'
import { presets } from '#shared/presets.ts'
import { isDone as isDoneAt } from '#shared/run-limits.ts'
import { snapshotInterval } from '../../../../src-main/files/average-snapshots.ts'
import { isPreviewDue } from '../../../../src-main/engine/training/schedule.ts'
import { ThroughputMeter } from '../../../../src-main/engine/training/throughput.ts'

const settings = { ...presets['pixel-posterior'].config, steps: 1000, sampleEvery: 0, checkpointEvery: 1000 }
const run = (changes: object, standing: object = {}) => ({
  config: { ...settings, ...changes },
  imageCount: 1000,
  step: 0,
  trainedSeconds: 0,
  ...standing,
})

/** The times of an integration, the first call of which takes longer by `building` seconds. */
const sampling = (solverSteps: number, seconds: number, building = 0) => ({
  solverSteps,
  seconds: seconds + building,
  later: { seconds: seconds * (1 - 1 / solverSteps), share: 1 - 1 / solverSteps },
})

/** Seconds that things take; `building` once more at the first of each kind that builds a program. */
interface Costs {
  step: number
  solverStep: number
  files: number
  checkpoint: number
  evaluation: number
  distance: number
  snapshot: number
}
const costs: Costs = {
  ...{ step: 1, solverStep: 0.05, files: 0.4, checkpoint: 2, evaluation: 3, distance: 40, snapshot: 0.5 },
}

/**
 * A run as the training loop does it on a clock of its own, whose first step builds the graph: the estimated and the
 * actual time left at each step, and the step that it is expected to end at.
 */
function simulate(changes: Partial<typeof settings>, { step: each, ...other }: Costs = costs) {
  const meter = new ThroughputMeter()
  const { config, imageCount } = run(changes)
  const { sampleSteps, sampleEvery, checkpointEvery, evaluateEvery } = config
  const reports: { step: number; at: number; estimate: number | null; endStep: number | null }[] = []
  let [step, at, trained] = [0, 0, 0]
  const takes = (seconds: number) => {
    at += seconds
    trained += seconds
    return seconds
  }
  const sample = (kind: 'addSampling' | 'addPreview', solverSteps: number, building: number) => {
    const seconds = solverSteps * other.solverStep
    meter[kind](takes(other.files + seconds + building), sampling(solverSteps, seconds, building))
  }
  const isDone = () => isDoneAt({ config, imageCount, step, trainedSeconds: trained })
  const isDue = (every: number) => every > 0 && step % every === 0
  while (!isDone()) {
    step += 1
    meter.addStep(takes(step === 1 ? 68 : each))
    if (isDue(evaluateEvery)) {
      at += other.distance
      meter.addInterruption('distance', other.distance)
    }
    if (isDue(sampleEvery) || isDue(checkpointEvery) || isDone())
      meter.addInterruption('evaluation', takes(other.evaluation))
    const { secondsLeft, endStep } = meter.expect({ config, imageCount, step, trainedSeconds: trained })
    reports.push({ step, at, estimate: secondsLeft, endStep })
    if (config.emaKind === 'power' && isDue(snapshotInterval(step, config.minutes > 0 ? Infinity : 1000)))
      meter.addInterruption('snapshot', takes(other.snapshot))
    if (isDue(checkpointEvery)) meter.addInterruption('checkpoint', takes(other.checkpoint))
    if (isDone()) break
    if (isDue(sampleEvery)) sample('addSampling', sampleSteps, 0)
    // The first call of the solver builds its program.
    else if (isPreviewDue(config, step)) sample('addPreview', 4, step === 1 ? 30 : 0)
  }
  if (!isDue(checkpointEvery)) takes(other.checkpoint)
  takes(other.files + sampleSteps * other.solverStep)
  return {
    end: step,
    reports: reports.map(({ at: then, ...report }) => ({ ...report, left: at - then })),
    seconds: at,
  }
}

const plain = { ...settings, evaluateEvery: 0, sampleSteps: 50, validationShare: 0 }
const schedules: Record<string, Partial<typeof settings>> = {
  'samples and checkpoints at the end alone': plain,
  'samples often': { ...plain, sampleEvery: 50, checkpointEvery: 100 },
  'samples and checkpoints at intervals that share no steps': {
    ...plain,
    sampleEvery: 30,
    checkpointEvery: 70,
  },
  'previews alone': { ...plain, sampleEvery: 1000 },
  'the kernel distance often': { ...plain, sampleEvery: 100, evaluateEvery: 80 },
  'averages kept along the way': { ...plain, sampleEvery: 90, emaKind: 'power' },
  'an end by epochs': { ...plain, epochs: 20, steps: 100_000, sampleEvery: 50 },
  'an end by minutes': { ...plain, minutes: 30, steps: 100_000, sampleEvery: 60, checkpointEvery: 90 },
  'an end by minutes, with all': {
    ...{ ...plain, minutes: 30, steps: 100_000, sampleEvery: 60, evaluateEvery: 100, emaKind: 'power' },
  },
  'an end by steps before the minutes': { ...plain, minutes: 60, sampleEvery: 100 },
}

test.each(Object.entries(schedules))(
  'the time left with %s is within a tenth from a tenth on',
  (_, changes) => {
    const { reports, end, seconds } = simulate(changes)
    const later = reports.filter(({ step, left }) => step > 0.1 * end && left > 0.2 * seconds)
    expect(later.length).toBeGreaterThan(100)
    for (const { estimate, left, endStep } of later) {
      expect(Math.abs((estimate ?? NaN) / left - 1)).toBeLessThan(0.1)
      expect(Math.abs((endStep ?? NaN) / end - 1)).toBeLessThan(0.1)
    }
  },
)

test('nothing is expected before a few steps, and nothing is left after the last', () => {
  const { reports } = simulate(plain)
  expect(reports.slice(0, 3).map(({ estimate }) => estimate)).toEqual([null, null, null])
  expect(reports.at(-1)?.estimate).toBe(0)
})

test('what has not been measured yet goes by what it is made of', () => {
  const meter = new ThroughputMeter()
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  const left = (changes: object) => meter.expect(run({ ...plain, ...changes }, { step: 4 })).secondsLeft
  // Four batches of an evaluation take a third of a step each, at the steps 500 and 1000.
  expect(left({ validationShare: 0.5, sampleEvery: 500 })).toBeCloseTo(996 + (2 * 4) / 3)
  meter.addPreview(5, sampling(4, 4))
  // A grid of 50 solver steps at the end, and its files.
  expect(left({})).toBe(996 + 50 + 1)
  // Previews at the steps 8, 16, 32, 64, 128 and 256.
  expect(left({ sampleEvery: 500 })).toBe(996 + 2 * 51 + 6 * 5)
  // The samples of a kernel distance, 16 of which are a grid.
  expect(left({ evaluateEvery: 300, sampleCount: 16 })).toBe(996 + 51 + 3 * (256 / 16) * 50)
})

test('minutes are what is left of them, whatever the steps take; steps that end before count', () => {
  const meter = new ThroughputMeter()
  const left = (changes: object, standing: object = {}) => meter.expect(run(changes, standing)).secondsLeft
  expect(meter.expect(run({}))).toEqual({ secondsLeft: null, endStep: 1000, endsBy: 'steps' })
  expect(left({ minutes: 10 }, { trainedSeconds: 60 })).toBe(540)
  expect(left({ minutes: 10 }, { trainedSeconds: 601 })).toBe(0)
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  expect(left({ minutes: 10 }, { trainedSeconds: 71, step: 4 })).toBe(529)
  expect(left({ minutes: 100 }, { trainedSeconds: 71, step: 4 })).toBe(996)
  // 320 images seen once, 32 a step.
  const epoch = { ...run({ epochs: 1 }, { step: 4 }), imageCount: 320 }
  expect(meter.expect(epoch)).toEqual({ secondsLeft: 6, endStep: 10, endsBy: 'epochs' })
})

test('a run by minutes ends at the step that its speed reaches, what interrupts the steps counted in', () => {
  const meter = new ThroughputMeter()
  const timed = { minutes: 10, steps: 20_000 }
  expect(meter.expect(run(timed))).toMatchObject({ endStep: null, endsBy: 'minutes' })
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  const standing = { step: 4, trainedSeconds: 100 }
  expect(meter.expect(run(timed, standing))).toMatchObject({ endStep: 504, endsBy: 'minutes' })
  meter.addSampling(10, sampling(timed.steps, 10))
  const sampled = { ...timed, sampleEvery: 10, sampleSteps: timed.steps }
  expect(meter.expect(run(sampled, standing))).toMatchObject({ endStep: 254, secondsLeft: 510 })
  expect(meter.expect(run(timed, { step: 400, trainedSeconds: 600 }))).toMatchObject({ endStep: 400 })
})

test('slow first steps and a computer that sleeps do not change what later steps are expected to take', () => {
  const meter = new ThroughputMeter()
  for (const seconds of [60, 9, 7, 4, 3, ...Array<number>(95).fill(1)]) meter.addStep(seconds)
  expect(meter.expect(run({}, { step: 100 })).secondsLeft).toBe(900)
  meter.addStep(7200)
  const { secondsLeft } = meter.expect(run({}, { step: 101 }))
  expect(secondsLeft).toBeGreaterThan(899)
  expect(secondsLeft).toBeLessThan(1000)
})

test('evaluations at an interval take their time, none of them at the end for its own sake', () => {
  const meter = new ThroughputMeter()
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  meter.addInterruption('distance', 20)
  const left = (evaluateEvery: number) => meter.expect(run({ evaluateEvery }, { step: 4 })).secondsLeft
  expect(left(0)).toBe(996)
  // At the steps 300, 600 and 900.
  expect(left(300)).toBe(996 + 3 * 20)
})

test('a short run has a speed in its record all the same', () => {
  const meter = new ThroughputMeter()
  expect(meter.finalStepsPerSecond).toBe(0)
  meter.addStep(4)
  expect([meter.stepsPerSecond, meter.finalStepsPerSecond]).toEqual([0, 0.25])
  meter.addStep(0.5)
  expect([meter.stepsPerSecond, meter.finalStepsPerSecond]).toEqual([0, 2])
  meter.addStep(0.5)
  meter.addStep(0.5)
  expect([meter.stepsPerSecond, meter.finalStepsPerSecond]).toEqual([2, 2])
})

import { expect, test } from 'vitest'
import { presets } from '#shared/presets.ts'
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

/** The estimated and the actual time left at each step of a run whose first step builds the graph. */
function simulate(
  changes: Partial<typeof settings>,
  costs: { step: number; sampling: number; saving: number },
) {
  const meter = new ThroughputMeter()
  const config = { ...settings, ...changes }
  const events: { step: number; at: number; estimate: number | null; sampled: boolean }[] = []
  let at = 0
  for (let step = 1; step <= config.steps; step++) {
    const seconds = step === 1 ? 68 : costs.step
    at += seconds
    meter.addStep(seconds)
    // Both at the end, too.
    const isDue = (every: number) => step === config.steps || (every > 0 && step % every === 0)
    if (isDue(config.checkpointEvery)) {
      at += costs.saving
      meter.addInterruption('saving', costs.saving)
    }
    if (isDue(config.sampleEvery)) {
      // The first call of the solver builds its program; where that is at the end, nothing can foresee it.
      const building = events.some(({ sampled }) => sampled) || config.sampleEvery === 0 ? 0 : 30
      at += costs.sampling + building
      meter.addSampling(costs.sampling + building, sampling(config.sampleSteps, costs.sampling, building))
    }
    const { secondsLeft } = meter.expect(run(changes, { step, trainedSeconds: at }))
    events.push({ step, at, estimate: secondsLeft, sampled: isDue(config.sampleEvery) })
  }
  return events.map(({ step, estimate, at: then }) => ({ step, estimate, left: at - then }))
}

test('the time left is that of the steps and of what interrupts them, without the building of the graph', () => {
  const costs = { step: 1, sampling: 8, saving: 2 }
  for (const changes of [{}, { sampleEvery: 50, checkpointEvery: 100 }, { sampleEvery: 30 }]) {
    const estimates = simulate(changes, costs)
    expect(estimates.slice(0, 3).map((event) => event.estimate)).toEqual([null, null, null])
    for (const { step, estimate: seconds, left } of estimates.slice(3)) {
      expect(seconds).toBeLessThan(1.1 * left + 20)
      if (step >= 100 && step <= 800) expect(Math.abs((seconds ?? NaN) / left - 1)).toBeLessThan(0.1)
    }
    expect(estimates.at(-1)?.estimate).toBe(0)
  }
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
  meter.addInterruption('quality', 20)
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

import { expect, test } from 'vitest'
import { presets } from '#shared/presets.ts'
import { ThroughputMeter } from '../../../../src-main/engine/training/throughput.ts'

const settings = { ...presets.balanced.config, steps: 1000, sampleEvery: 0, checkpointEvery: 1000 }
const run = (changes: object, standing: object = {}) => ({
  config: { ...settings, ...changes },
  imageCount: 1000,
  step: 0,
  trainedSeconds: 0,
  ...standing,
})

/** The estimated and the actual time left at each step of a run whose first step builds the graph. */
function simulate(
  changes: Partial<typeof settings>,
  costs: { step: number; sampling: number; saving: number },
) {
  const meter = new ThroughputMeter()
  const config = { ...settings, ...changes }
  const events: { step: number; at: number; estimate: number | null }[] = []
  let at = 0
  for (let step = 1; step <= config.steps; step++) {
    const seconds = step === 1 ? 68 : costs.step
    at += seconds
    meter.addStep(seconds)
    for (const [kind, every] of [
      ['saving', config.checkpointEvery],
      ['sampling', config.sampleEvery],
    ] as const) {
      // Both at the end, too.
      if (step < config.steps && (every === 0 || step % every !== 0)) continue
      at += costs[kind]
      meter.addInterruption(kind, costs[kind])
    }
    events.push({ step, at, estimate: meter.secondsLeft(run(changes, { step, trainedSeconds: at })) })
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
  expect(meter.secondsLeft(run({}))).toBeNull()
  expect(meter.secondsLeft(run({ minutes: 10 }, { trainedSeconds: 60 }))).toBe(540)
  expect(meter.secondsLeft(run({ minutes: 10 }, { trainedSeconds: 601 }))).toBe(0)
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  expect(meter.secondsLeft(run({ minutes: 10 }, { trainedSeconds: 71, step: 4 }))).toBe(529)
  expect(meter.secondsLeft(run({ minutes: 100 }, { trainedSeconds: 71, step: 4 }))).toBe(996)
  // 320 images seen once, 32 a step.
  expect(meter.secondsLeft({ ...run({ epochs: 1 }, { step: 4 }), imageCount: 320 })).toBe(6)
})

test('evaluations at an interval take their time, none of them at the end for its own sake', () => {
  const meter = new ThroughputMeter()
  for (const seconds of [68, 1, 1, 1]) meter.addStep(seconds)
  meter.addInterruption('evaluating', 20)
  const left = (evaluateEvery: number) => meter.secondsLeft(run({ evaluateEvery }, { step: 4 }))
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

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extendedLimits, goalSteps, isDone, shareDone, stepsOfEpochs } from '#contract/goal.ts'
import { presets } from '#contract/presets.ts'

const run = (limits: object, standing: object = {}) => ({
  config: { ...presets.balanced.config, steps: 100, batch: 8, ...limits },
  pictureCount: 20,
  step: 0,
  trainedSeconds: 0,
  ...standing,
})

test('an epoch is one pass over the pictures that are learned from', () => {
  expect(stepsOfEpochs(run({ epochs: 0 }))).toBe(Infinity)
  expect(stepsOfEpochs(run({ epochs: 2 }))).toBe(5)
  expect(stepsOfEpochs(run({ epochs: 1 }))).toBe(3)
  expect(stepsOfEpochs(run({ epochs: 2, validationShare: 0.2 }))).toBe(4)
})

test('whichever limit is first ends it', () => {
  expect(goalSteps(run({}))).toBe(100)
  expect(goalSteps(run({ epochs: 2 }))).toBe(5)
  expect(goalSteps(run({ epochs: 1000 }))).toBe(100)
  expect(isDone(run({ epochs: 2 }, { step: 4 }))).toBe(false)
  expect(isDone(run({ epochs: 2 }, { step: 5 }))).toBe(true)
  expect(isDone(run({ minutes: 1 }, { trainedSeconds: 60 }))).toBe(true)
  expect(shareDone(run({ epochs: 2 }, { step: 1 }))).toBe(0.2)
  expect(shareDone(run({ epochs: 2, minutes: 1 }, { step: 1, trainedSeconds: 30 }))).toBe(0.5)
})

test('an extended run has as many more steps before it as were asked for', () => {
  fc.assert(
    fc.property(
      fc.record({
        steps: fc.integer({ min: 1, max: 50 }),
        epochs: fc.nat(9),
        minutes: fc.nat(2),
        validationShare: fc.constantFrom(0, 0.2),
      }),
      fc.integer({ min: 1, max: 99 }),
      (limits, more) => {
        const atGoal = run(limits, { step: goalSteps(run(limits)) })
        const longer = { ...atGoal, config: { ...atGoal.config, ...extendedLimits(atGoal, more) } }
        expect(goalSteps(longer)).toBe(atGoal.step + more)
        expect(isDone(longer)).toBe(false)
      },
    ),
  )
  const timeUp = run({ minutes: 1 }, { step: 7, trainedSeconds: 61 })
  expect(extendedLimits(timeUp, 10)).toEqual({ steps: 17, epochs: 0, minutes: 0 })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canResumeFrom,
  extendedLimits,
  goalSteps,
  isDone,
  shareDone,
  standingAt,
  stepsOfEpochs,
} from '#shared/run-limits.ts'
import { presets } from '#shared/presets.ts'

const run = (limits: object, standing: object = {}) => ({
  config: { ...presets['pixel-posterior'].config, steps: 100, batch: 8, ...limits },
  imageCount: 20,
  step: 0,
  trainedSeconds: 0,
  ...standing,
})

test('an epoch is one pass over the training images', () => {
  expect(stepsOfEpochs(run({ epochs: 0 }))).toBe(Infinity)
  expect(stepsOfEpochs(run({ epochs: 2 }))).toBe(5)
  expect(stepsOfEpochs(run({ epochs: 1 }))).toBe(3)
  expect(stepsOfEpochs(run({ epochs: 2, validationShare: 0.2 }))).toBe(4)
})

test('training resumes from checkpoints before the goal, of runs that nothing trains and whose images are there', () => {
  const finished = { ...run({}), step: 100, status: 'finished', datasetId: 'd' } as const
  expect(canResumeFrom(finished, 50)).toBe(true)
  expect(canResumeFrom(finished, 100)).toBe(false)
  expect(canResumeFrom({ ...finished, status: 'training' }, 50)).toBe(false)
  expect(canResumeFrom({ ...finished, datasetId: null }, 50)).toBe(false)
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
        const longer = { ...atGoal, config: { ...atGoal.config, ...extendedLimits(atGoal, { steps: more }) } }
        expect(goalSteps(longer)).toBe(atGoal.step + more)
        expect(isDone(longer)).toBe(false)
      },
    ),
  )
  const timeUp = run({ minutes: 1 }, { step: 7, trainedSeconds: 61 })
  expect(extendedLimits(timeUp, { steps: 10 })).toEqual({ steps: 17, epochs: 0, minutes: 0 })
})

test('steps that are added to a run of minutes count from where it stands, and end it', () => {
  const timed = run({ steps: 10_000_000, minutes: 4 }, { step: 7, trainedSeconds: 60 })
  expect(extendedLimits(timed, { steps: 10 })).toEqual({ steps: 17, epochs: 0, minutes: 0 })
  const both = extendedLimits(timed, { steps: 10, minutes: 3 })
  expect(both).toEqual({ steps: 17, epochs: 0, minutes: 7 })
})

test('more minutes or epochs are added to what a run had, and lift the steps that would end it before', () => {
  const done = run({ steps: 10 }, { step: 10, trainedSeconds: 120 })
  const minutes = extendedLimits(done, { minutes: 3 })
  expect(minutes).toEqual({ steps: 10_000_000, epochs: 0, minutes: 5 })
  expect(isDone({ ...done, config: { ...done.config, ...minutes } })).toBe(false)
  expect(extendedLimits(run({ minutes: 4 }, { step: 3, trainedSeconds: 60 }), { minutes: 3 })).toEqual({
    steps: 100,
    epochs: 0,
    minutes: 7,
  })
  // 20 images in batches of 8: three steps to the epoch.
  const afterEpochs = run({ epochs: 2 }, { step: 5, trainedSeconds: 60 })
  const epochs = extendedLimits(afterEpochs, { epochs: 2 })
  expect(epochs).toEqual({ steps: 100, epochs: 4, minutes: 0 })
  expect(goalSteps({ ...afterEpochs, config: { ...afterEpochs.config, ...epochs } })).toBe(10)
  expect(extendedLimits(run({}, { step: 4 }), { epochs: 1 })).toMatchObject({ epochs: 3, steps: 100 })
  expect(extendedLimits(run({}, { step: 4 }), { epochs: 99 })).toMatchObject({ steps: 10_000_000 })
  expect(extendedLimits(afterEpochs, { minutes: 1 })).toEqual({ steps: 100, epochs: 0, minutes: 2 })
})

test('a run that its time ended is not done as it stood at an earlier checkpoint', () => {
  const ended = run({ minutes: 1 }, { step: 40, trainedSeconds: 61 })
  expect(isDone(ended)).toBe(true)
  expect(isDone(standingAt(ended, 20))).toBe(false)
  expect(standingAt(ended, 20)).toMatchObject({ step: 20, trainedSeconds: 30.5 })
  expect(isDone(standingAt(run({ steps: 40 }, { step: 40 }), 40))).toBe(true)
  expect(standingAt(run({}), 0).trainedSeconds).toBe(0)
})

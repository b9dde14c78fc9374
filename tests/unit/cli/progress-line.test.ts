import { expect, test } from 'vitest'
import { progressLine } from '../../../src-main/cli/support/train-run.ts'

const first = {
  step: 0,
  totalSteps: 20_000 as number | null,
  endsBy: 'steps' as 'steps' | 'minutes',
  trainedSeconds: 5,
  stepsPerSecond: 0,
  secondsLeft: null,
  losses: {},
  activity: 'training' as const,
}

test('the line of a run says that it estimates until there is an estimate', () => {
  expect(progressLine(first)).toBe('step 0 of 20000 · estimating the time left')
  const later = { ...first, step: 40, stepsPerSecond: 2, losses: { loss: 0.12345 }, secondsLeft: 9980 }
  expect(progressLine(later)).toBe('step 40 of 20000 · 2.00 steps/s · loss 0.1235 · about 2 h 46 min to go')
})

test('a time limit is an estimate of its own, before the speed is known', () => {
  const timed = { ...first, totalSteps: null, endsBy: 'minutes' as const, secondsLeft: 240 }
  expect(progressLine(timed)).toBe('step 0 · about 4 min to go')
  expect(progressLine({ ...timed, step: 5, totalSteps: 1450 })).toBe(
    'step 5 of about 1450 · about 4 min to go',
  )
})

import { expect, test } from 'vitest'
import { formatMeasured } from '#shared/format.ts'
import { shareDone } from '#shared/run-limits.ts'
import { presets } from '#shared/presets.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import {
  formatAge,
  endSentence,
  runSentence,
  stepLabel,
} from '../../../../src-renderer/entities/runs/run-labels.ts'

const base: RunRecord = {
  id: 'a',
  name: 'Faces 2',
  note: 'with wide nets',
  tags: ['night'],
  starred: false,
  status: 'training',
  preset: 'pixel-posterior',
  config: { ...presets['pixel-posterior'].config, steps: 1000, minutes: 0 },
  experimentId: null,
  parent: null,
  target: null,
  datasetId: 'd',
  datasetName: 'Faces',
  imageCount: 1024,
  shape: { height: 32, width: 32, channels: 3 },
  deviceChoice: 'auto',
  workers: null,
  machine: null,
  step: 250,
  trainedSeconds: 180,
  losses: { loss: 0.5 },
  stepsPerSecond: 2,
  error: null,
  createdAt: 2000,
  updatedAt: 2000,
}

test('a sentence says what a run is doing', () => {
  const progress = {
    step: 250,
    totalSteps: 1000,
    endsBy: 'steps' as const,
    trainedSeconds: 180,
    stepsPerSecond: 2,
    secondsLeft: 720,
    losses: {},
    activity: 'training' as const,
  }
  expect(runSentence(base, progress)).toBe('Training on 1,024 images · 3 min so far · about 12 min to go')
  expect(runSentence({ ...base, status: 'paused' }, undefined)).toContain('Paused at step 250 of 1,000')
  expect(runSentence({ ...base, status: 'finished', step: 1000 }, undefined)).toBe(
    'Training finished after 3 min · 1,000 steps · 1,024 images',
  )
  expect(runSentence({ ...base, status: 'waiting', imageCount: 1 }, undefined)).toBe(
    'Not started yet · 1 image',
  )
})

test('a run that minutes end is counted in the steps that its speed allows', () => {
  const timed = { ...base, config: { ...base.config, minutes: 6 } }
  // 250 steps took half of its six minutes.
  expect(stepLabel(timed)).toBe('step 250 of about 500')
  expect(stepLabel({ ...timed, step: 0, trainedSeconds: 0 })).toBe('step 0')
  expect(stepLabel({ ...timed, trainedSeconds: 360 })).toBe('step 250 of 250')
  expect(stepLabel({ ...base, config: { ...base.config, minutes: 60 } })).toBe('step 250 of 1,000')
  expect(endSentence(timed)).toBe('It ends after 6 min of training, at about step 500.')
  expect(endSentence({ ...base, step: 1000 })).toBe('It has reached its goal of 1,000 steps.')
})

test('the share done is by steps or by time, whichever is further', () => {
  expect(shareDone(base)).toBe(0.25)
  expect(shareDone({ ...base, config: { ...base.config, minutes: 6 } })).toBe(0.5)
  expect(shareDone({ ...base, step: 5000 })).toBe(1)
})

test('ages and losses are formatted', () => {
  expect(formatAge(1_000, 30_000)).toBe('just now')
  expect(formatAge(0, 12 * 60_000)).toBe('12 min ago')
  expect(formatMeasured(0.123456)).toBe('0.1235')
  expect(formatMeasured(NaN)).toBe('–')
})

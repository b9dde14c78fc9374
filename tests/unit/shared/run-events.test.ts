import { expect, test } from 'vitest'
import { eventText, runMoments } from '#shared/labels/run-events.ts'
import type { CheckpointRecord } from '#shared/schemas/run.ts'

const checkpoint = (step: number, best: boolean): CheckpointRecord => ({
  ...{ runId: 'a', step, file: 'x', sha256: 'x', bytes: 1, loss: null, best },
  ...{ pinned: false, damaged: false, createdAt: step },
})

test('events are told with the terms of the settings', () => {
  const detail = { learningRate: { from: 0.001, to: 0.0005 }, steps: { from: 8, to: 10 } }
  expect(eventText({ kind: 'settings', step: 4, at: 1, detail })).toBe(
    'Learning rate 0.001 → 0.0005, Steps 8 → 10',
  )
  const ended = { kind: 'ended', step: 4, at: 1 } as const
  expect(eventText({ ...ended, detail: { status: 'finished' } })).toBe('Training finished')
  expect(eventText({ ...ended, detail: { status: 'failed', reason: 'No memory.' } })).toBe(
    'Failed: No memory.',
  )
})

test('events and checkpoints are one list by step, then by time', () => {
  const moments = runMoments(
    [
      { kind: 'paused', step: 4, at: 9, detail: {} },
      { kind: 'resumed', step: 4, at: 12, detail: { checkpoint: 'x' } },
      { kind: 'started', step: 0, at: 1, detail: { device: 'CPU' } },
    ],
    [checkpoint(4, true), checkpoint(2, false)],
  )
  expect(moments.map(({ step, text }) => `${step} ${text}`)).toEqual([
    '0 Training started on CPU',
    '2 Checkpoint',
    '4 Checkpoint (best)',
    '4 Paused',
    '4 Resumed from the checkpoint of step 4',
  ])
})

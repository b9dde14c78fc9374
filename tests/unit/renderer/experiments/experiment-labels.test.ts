import { describe, expect, it } from 'vitest'
import { runsLeft } from '#shared/run-status.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import {
  changeLabels,
  experimentShare,
  experimentState,
  timeLeft,
} from '../../../../src-renderer/entities/experiments/experiment-labels.ts'

const runOf = (status: RunStatus, changes: Record<string, unknown> = {}): RunRecord =>
  ({
    id: status,
    status,
    step: status === 'finished' ? 100 : 50,
    trainedSeconds: 60,
    imageCount: 10,
    config: { steps: 100, epochs: 0, minutes: 2, batch: 8, accumulate: 1, validationShare: 0, hidden: 64 },
    ...changes,
  }) as unknown as RunRecord
const experimentOf = (activity: Experiment['activity'], kind: Experiment['kind'] = 'ladder') =>
  ({ activity, kind }) as Experiment
const all = [runOf('finished'), runOf('training'), runOf('waiting'), runOf('failed')]
const current = {
  run: all[1] ?? runOf('training'),
  progress: { secondsLeft: 30 } as { secondsLeft: number } & NonNullable<
    Parameters<typeof timeLeft>[1]
  >['progress'],
}

describe('experimentState', () => {
  it('says which run trains and how long it takes', () => {
    expect(experimentState(experimentOf('training'), all, current)).toBe(
      'Training run 3 of 4 · 4 min so far · about 1 min 30 s to go · 1 failed',
    )
    expect(experimentState(experimentOf('training'), all, null)).toBe(
      'Preparing the next run · 4 min so far · 1 failed',
    )
  })
  it('says what has been trained and what is left', () => {
    expect(experimentState(experimentOf(null), all, null)).toBe(
      '1 of 4 runs trained · 2 left, paused · 1 failed',
    )
    const ended = [runOf('finished'), runOf('stopped')]
    expect(experimentState(experimentOf(null), ended, null)).toBe(
      'All 2 runs trained in 2 min · same images, seed and budget',
    )
    expect(experimentState(experimentOf(null, 'study'), ended, null)).toBe(
      'All 2 runs trained in 2 min · same images and budget',
    )
  })
})

it('timeLeft is that of the current run alone where another has no time limit', () => {
  const { config } = runOf('waiting')
  const unlimited = runOf('waiting', { config: { ...config, minutes: 0 } })
  expect(timeLeft(all, current)).toEqual({ seconds: 90, all: true })
  expect(timeLeft([...all, unlimited], current)).toEqual({ seconds: 30, all: false })
})

it('timeLeft counts what runs without a time limit are expected to take', () => {
  const { config } = runOf('waiting')
  const unlimited = { ...runOf('queued'), config: { ...config, minutes: 0 } }
  const expected = (id: string) => (id === unlimited.id ? 600 : null)
  expect(timeLeft([...all, unlimited], { ...current, expected })).toEqual({ seconds: 690, all: true })
  expect(timeLeft([...all, unlimited], { ...current, expected: () => null })?.all).toBe(false)
})

it('experimentShare counts each run the same, and an ended one as whole', () => {
  expect(experimentShare([runOf('stopped'), runOf('paused')])).toBe(0.75)
  expect(experimentShare([])).toBe(0)
})

it('runsLeft are neither finished nor stopped', () => {
  expect(runsLeft([...all, runOf('stopped')]).map(({ status }) => status)).toEqual([
    'training',
    'waiting',
    'failed',
  ])
})

it('changeLabels names a few settings and counts the others', () => {
  const { config } = runOf('waiting')
  const after = runOf('waiting', { config: { ...config, hidden: 96, posterior: true, emaDecay: 0.9 } })
  expect(changeLabels(undefined, after)).toEqual([])
  const labels = changeLabels(runOf('waiting'), after, 1)
  expect(labels).toHaveLength(2)
  expect(labels[0]).toMatch(/ → /)
  expect(labels[1]).toBe('2 more settings')
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { RunEvents } from '../../../src-main/agent/run-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const progress = (step: number): EngineEvent => ({
  ...{ type: 'progress', runId: 'run' },
  progress: {
    ...{ step, totalSteps: 100, endsBy: 'steps', trainedSeconds: 0, stepsPerSecond: 0, secondsLeft: null },
    ...{ losses: {}, activity: 'training' },
  },
})
const warning: EngineEvent = { type: 'warning', runId: 'run', message: 'warning' }
const stepsOf = (events: EngineEvent[]) =>
  events.map((event) => (event.type === 'progress' ? event.progress.step : event.type))

it('passes on the latest progress once a second, and everything else at once', async () => {
  const written: EngineEvent[] = []
  const events = new RunEvents(
    (event) => written.push(event),
    () => performance.now(),
  )
  for (let step = 1; step <= 9; step++) {
    events.add(progress(step))
    if (step === 2) events.add(warning)
    await vi.advanceTimersByTimeAsync(250)
  }
  expect(stepsOf(written)).toEqual([1, 'warning', 4, 8])
  events.flush()
  events.flush()
  expect(stepsOf(written)).toEqual([1, 'warning', 4, 8, 9])
})

it('leaves out the progress of what is trained again', async () => {
  const written: EngineEvent[] = []
  const events = new RunEvents(
    (event) => written.push(event),
    () => performance.now(),
  )
  events.add(progress(1))
  events.add(progress(50))
  events.add({ type: 'workersLost', runId: 'run', step: 10, reached: 50, lost: ['a'], left: 1 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(stepsOf(written)).toEqual([1, 'workersLost'])
})

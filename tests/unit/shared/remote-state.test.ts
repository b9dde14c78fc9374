import { expect, it } from 'vitest'
import { remoteStateText } from '#shared/labels/remote-state.ts'
import type { RemotePhase } from '#shared/remote/remote-state.ts'
import { sendProgress } from '../../../src-main/remote/send-progress.ts'

const at = new Date()
at.setHours(14, 2, 0, 0)

it.each<[RemotePhase, 'pause' | 'stop' | null, string]>([
  [
    { phase: 'sending', what: 'dataset', share: 0.409, secondsLeft: 125 },
    null,
    'Sending the images to mars · 40 % · about 2 min 10 s to go',
  ],
  [
    { phase: 'queued', reason: 'waiting for a GPU', position: 3 },
    null,
    'Waits in the queue of mars: waiting for a GPU · 3 jobs ahead',
  ],
  [{ phase: 'training', node: 'mars' }, null, 'Training on mars'],
  [{ phase: 'training', node: 'n7' }, 'pause', 'Training on n7 (mars) · pauses as soon as it is reached'],
  [
    { phase: 'unreachable', since: at.getTime(), reason: 'no', goesOn: true },
    null,
    'mars has not been reached since 14:02 · goes on there',
  ],
  [
    { phase: 'unreachable', since: at.getTime(), reason: 'no', goesOn: true },
    'stop',
    'mars has not been reached since 14:02 · stops as soon as it is reached',
  ],
])('says %j in a sentence', (phase, wish, text) => {
  expect(remoteStateText({ ...phase, runId: 'r', target: 'mars', wish })).toBe(text)
})

it('tells what is sent and how long the rest takes, not more often than is read', () => {
  let now = 0
  const told: RemotePhase[] = []
  const tell = sendProgress(
    (phase) => told.push(phase),
    () => now,
  )
  for (; now <= 4000; now += 100) tell({ what: 'dataset', done: now, total: 8000 })
  expect(told.length).toBeLessThan(20)
  expect(told[0]).toMatchObject({ share: 0, secondsLeft: null })
  expect(told.at(-1)).toMatchObject({ what: 'dataset', share: expect.closeTo(0.5, 1) as number })
  const last = told.at(-1)
  expect(last?.phase === 'sending' && last.secondsLeft).toBeCloseTo(4, 0)
  tell({ what: 'checkpoint', done: 0, total: 0 })
  expect(told.at(-1)).toMatchObject({ what: 'checkpoint', share: null })
})

import { afterEach, expect, test, vi } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('lost-workers')
const config = small({ steps: 24, checkpointEvery: 8, sampleEvery: 0, batch: 8, learningRate: 1e-4 })

afterEach(() => {
  vi.unstubAllEnvs()
})

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Trains in two workers, the second of which gets a signal once step 12 is reported. */
async function trainWithSignal(signal: NodeJS.Signals | null) {
  let pids: number[] = []
  let hasSent = false
  const onEvent = (event: EngineEvent) => {
    if (event.type === 'workers' && !hasSent) pids = event.workers.map(({ pid }) => pid)
    const reached = event.type === 'metrics' ? Math.max(...event.points.map(({ step }) => step)) : 0
    if (signal === null || hasSent || reached < 12) return
    hasSent = true
    process.kill(pids[1] ?? 0, signal)
  }
  const { made, of } = trainer({ ...newRun(config), workers: { processes: 2 } }, onEvent)
  const result = await made.run()
  return { result, of, pids }
}

test('two workers train a run as one process does, and end with it', { timeout: 300_000 }, async () => {
  const alone = await trainer(newRun(config)).made.run()
  const { result, of, pids } = await trainWithSignal(null)
  expect(result.step).toBe(24)
  expect(result.losses['loss']).toBeCloseTo(alone.losses['loss'] ?? NaN, 4)
  expect(of('workers')[0]?.workers).toMatchObject([
    { name: 'Worker 1', state: 'training' },
    { name: 'Worker 2', state: 'training' },
  ])
  for (const { imagesPerSecond } of of('workers')[0]?.workers ?? [])
    expect(imagesPerSecond).toBeGreaterThan(0)
  expect(of('workersLost')).toEqual([])
  expect(pids.filter(isThere)).toEqual([])
})

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'after %s of a worker the run goes back to its last checkpoint and on with the other',
  { timeout: 300_000 },
  async (signal) => {
    vi.stubEnv('FLOWERBED_WORKER_SILENT_SECONDS', '5')
    const alone = await trainer(newRun(config)).made.run()
    const { result, of, pids } = await trainWithSignal(signal)
    expect(result).toMatchObject({ outcome: 'finished', step: 24 })
    expect(result.losses['loss']).toBeCloseTo(alone.losses['loss'] ?? NaN, 4)
    const [lost, ...more] = of('workersLost')
    expect(more).toEqual([])
    expect(lost).toMatchObject({ lost: ['Worker 2'], left: 1 })
    // The last checkpoint before the step that was reached.
    expect(lost?.step).toBe(8 * Math.floor((lost?.reached ?? 0) / 8))
    const states = of('workers').map(({ workers }) => workers.map(({ state }) => state))
    expect(states).toContainEqual(['training', signal === 'SIGKILL' ? 'ended' : 'silent'])
    expect(of('warning').map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /^Ended or without an answer: Worker 2; 1 worker is left\. .* the checkpoint of step \d+/,
      ),
    )
    expect(pids.filter(isThere)).toEqual([])
  },
)

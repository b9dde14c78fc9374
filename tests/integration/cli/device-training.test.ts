import { expect, test } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { DeviceTraining } from '../../../src-main/cli/commands/queue/device-training.ts'
import type { Workspace } from '../../../src-main/cli/support/workspace.ts'
import { descendantsOf } from '../../helpers/processes.ts'
import { small, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('device-training')

/** Trains a run on the engine of a device, whose events go to `record`; answers how it ended. */
async function train(record: (event: EngineEvent) => void) {
  const workspace = { runService: { record } } as unknown as Workspace
  const run = { id: 'run', name: 'run' } as RunRecord
  const request = newRun(small({ sampleEvery: 0 }))
  const before = descendantsOf(process.pid)
  const result = await new DeviceTraining(workspace)
    .with({ device: 'cpu', run }, ({ engine }) => engine.train(request))
    .catch((thrown: unknown) => thrown)
  // Its process has ended.
  expect(descendantsOf(process.pid)).toEqual(before)
  return result
}

test.skipIf(process.platform !== 'linux')(
  'trains in a process of its own, whose events are recorded (needs /proc)',
  async () => {
    const types = new Set<string>()
    expect(await train(({ type }) => void types.add(type))).toMatchObject({ outcome: 'finished', step: 12 })
    expect([...types]).toEqual(expect.arrayContaining(['started', 'progress', 'metrics', 'checkpoint']))
  },
  60_000,
)

test.skipIf(process.platform !== 'linux')(
  'what cannot be recorded ends the run, with that error (needs /proc)',
  async () => {
    const full = new Error('the disk is full')
    expect(
      await train(({ type }) => {
        if (type === 'metrics') throw full
      }),
    ).toBe(full)
  },
  60_000,
)

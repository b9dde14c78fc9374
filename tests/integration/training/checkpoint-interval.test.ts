import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('checkpoint-interval')

describe('checkpoints at no interval', () => {
  it('are written when the run pauses and when it ends, and at no other step', async () => {
    const request = newRun(small({ checkpointEvery: 0, sampleEvery: 0 }))
    let ms = 0
    const onEvent = (event: EngineEvent) => {
      if (event.type === 'progress' && event.progress.step === 5)
        void first.made.stop({ outcome: 'paused', save: true })
    }
    // A clock by which each step is reported.
    const first = trainer(request, onEvent, { now: () => (ms += 1000) })
    const { step } = await first.made.run()
    expect(step).toBe(5)
    expect(first.of('checkpoint').map(({ record }) => record.step)).toEqual([step])
    const { file, sha256 } = first.of('checkpoint')[0]!.record
    const rest = trainer({ ...request, resume: { file, sha256 } })
    await rest.made.run()
    expect(rest.of('checkpoint').map(({ record }) => record.step)).toEqual([12])
  })
})

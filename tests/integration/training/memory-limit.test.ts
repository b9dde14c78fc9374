import { expect, test } from 'vitest'
import { estimateMemory, memoryNeeded } from '../../../src-main/engine/training/memory-estimate.ts'
import { shape, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('memory-limit')
const config = small({ steps: 8, batch: 12, hidden: 32, sampleEvery: 0, code: 0 })

test('a run with too little memory computes its batches in parts, with the same result', async () => {
  const whole = await trainer(newRun(config)).made.run()
  const memoryLimit = memoryNeeded({ config: { ...config, batch: 4, accumulate: 3 }, shape })
  expect(estimateMemory({ config, shape, availableBytes: memoryLimit }).parts).toBe(3)
  const { made, of } = trainer({ ...newRun(config), memoryLimit })
  const inParts = await made.run()
  expect(of('warning').map(({ message }) => message)).toEqual([
    expect.stringMatching(/each batch of 12 images is computed in 3 parts\. The result is the same/),
  ])
  const points = of('metrics').flatMap((event) => event.points)
  expect(points).toHaveLength(8)
  expect(inParts.losses['loss']).toBeCloseTo(whole.losses['loss'] ?? NaN, 5)
})

test('a run that does not fit in parts either is refused before anything is allocated', () => {
  expect(() => trainer({ ...newRun(config), memoryLimit: 1e6 })).toThrow(/needs about .* of memory/)
})

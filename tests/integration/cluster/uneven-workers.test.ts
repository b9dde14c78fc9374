import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { ReplicatedStepRunner } from '../../../src-main/engine/training/replicated-step-runner.ts'
import { areUneven, WorkerStepRunner } from '../../../src-main/engine/training/worker-step-runner.ts'
import { largestDifference, replicatedRuns } from '../../helpers/replicas.ts'

const { optionsOf, train, onOneDevice, remove } = replicatedRuns('uneven-workers')
const plans = [1, 2].map((number) => ({ name: `Worker ${number}`, device: 'cpu' as const, threads: 1 }))

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(remove)

test('workers of uneven speed get shares in proportion to it, with the result of one process', async () => {
  // The speeds as measured would be those of a busy machine.
  vi.spyOn(ReplicatedStepRunner.prototype, 'measureSpeeds').mockResolvedValue([3, 1])
  const options = optionsOf()
  const one = await train(onOneDevice(options), options, 10)
  const runner = await WorkerStepRunner.start({ ...options, plans })
  const two = await train(runner, options, 10)
  expect(runner.workers).toMatchObject([
    { images: 9, imagesPerSecond: 3000 },
    { images: 3, imagesPerSecond: 1000 },
  ])
  two.losses.forEach((loss, i) => expect(Math.abs(loss / (one.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5))
  expect(largestDifference(one.state, two.state)).toBeLessThan(1e-5)
})

test('a quarter more may be chance', () => {
  expect(areUneven([1, 1.2, 1.1])).toBe(false)
  expect(areUneven([1, 1.3])).toBe(true)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { virtualDevices } from '../../../src-main/engine/cluster/replicated-program.ts'
import type { Values } from '../../../src-main/engine/graph/program.ts'
import { ReplicatedStepRunner } from '../../../src-main/engine/training/replicated-step-runner.ts'
import { largestDifference, replicatedRuns } from '../../helpers/replicas.ts'

const { optionsOf, train, onOneDevice, remove } = replicatedRuns('virtual-devices')
beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterAll(remove)

const onDevices = (options: ReturnType<typeof optionsOf>, count: number, speeds?: number[]) =>
  new ReplicatedStepRunner({ ...options, devices: virtualDevices(count), speeds })

const moments = (state: Values): Values =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('m/')))

test.each([2, 4])('50 steps on %i devices give the losses and the state of one device', async (count) => {
  const options = optionsOf()
  const one = await train(onOneDevice(options), options, 50)
  const several = await train(onDevices(options, count), options, 50)
  several.losses.forEach((loss, i) => expect(Math.abs(loss / (one.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5))
  expect(largestDifference(one.state, several.state)).toBeLessThan(1e-5)
})

test.each<[string, Parameters<typeof optionsOf>[0]]>([
  ['gradient accumulation', { accumulate: 2 }],
  ['losses that are sums', { lossScale: 'sum', klWeight: 1e-3 }],
  ['noise that is assigned to the whole batch', { posterior: false, coupling: 'minibatch', accumulate: 2 }],
  // The loss then has the maximum of a mean over the whole batch.
  ['dropout and a code with free nats', { network: 'resunet', dropout: 0.2, code: 4, codeFreeNats: 0.3 }],
])('unequal shares of a batch give the result of one device: %s', async (_, changes) => {
  const options = optionsOf(changes)
  const one = await train(onOneDevice(options), options, 1)
  const runner = onDevices(options, 2, [1, 2])
  expect(runner.shares).toEqual([
    { first: 0, length: 4 },
    { first: 4, length: 8 },
  ])
  const two = await train(runner, options, 1)
  two.losses.forEach((loss, i) => expect(Math.abs(loss / (one.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5))
  // Of the gradients alone: Adam makes steps of equal size of those that are zero but for rounding.
  expect(largestDifference(moments(one.state), moments(two.state), 'of all')).toBeLessThan(1e-5)
})

test('the speed of each device is measured, and a part alone changes no state', async () => {
  const options = optionsOf()
  const runner = onDevices(options, 2, [1, 5])
  const start = await train(onOneDevice(options), options, 0)
  await runner.begin(start.state)
  const speeds = await runner.measureSpeeds(1)
  expect(speeds).toHaveLength(2)
  for (const speed of speeds ?? []) expect(speed).toBeGreaterThan(0)
  expect(runner.read()).toEqual(start.state)
  await runner.dispose()
})

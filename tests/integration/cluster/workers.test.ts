import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { listeningAddresses } from '../../../src-main/engine/cluster/listening.ts'
import { interfacesVariable } from '../../../src-main/engine/cluster/worker-messages.ts'
import { WorkerGroup } from '../../../src-main/engine/cluster/worker-group.ts'
import { ReplicatedStepRunner } from '../../../src-main/engine/training/replicated-step-runner.ts'
import { largestDifference, replicatedRuns } from '../../helpers/replicas.ts'

const { optionsOf, train, onOneDevice, remove } = replicatedRuns('workers')
const plans = [1, 2].map((number) => ({ name: `Worker ${number}`, device: 'cpu' as const, threads: 1 }))
let group: WorkerGroup | null = null

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterEach(async () => {
  await group?.end()
})
afterAll(remove)

test('50 steps on two processes give the losses and the state of one', async () => {
  const options = optionsOf()
  const one = await train(onOneDevice(options), options, 50)
  group = await WorkerGroup.start(plans)
  const two = await train(new ReplicatedStepRunner({ ...options, devices: group.devices }), options, 50)
  two.losses.forEach((loss, i) => expect(Math.abs(loss / (one.losses[i] ?? NaN) - 1)).toBeLessThan(1e-5))
  expect(largestDifference(one.state, two.state)).toBeLessThan(1e-5)
})

test('workers listen on the loopback interface only', async () => {
  group = await WorkerGroup.start(plans)
  for (const { pid } of group.states) {
    const addresses = listeningAddresses(pid)
    expect(addresses).toHaveLength(1)
    expect(addresses[0]).toMatchObject({ isLoopback: true })
  }
})

test('only an explicit setting opens workers to other interfaces', async () => {
  process.env[interfacesVariable] = 'all'
  try {
    group = await WorkerGroup.start(plans.slice(0, 1))
  } finally {
    Reflect.deleteProperty(process.env, interfacesVariable)
  }
  expect(listeningAddresses(group.states[0]?.pid)).toMatchObject([{ isLoopback: false }])
})

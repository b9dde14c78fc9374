import { expect, test } from 'vitest'
import { connectWorkers } from '../../../../src-main/engine/cluster/connect-workers.ts'
import type { Forwards, LinkRequests } from '../../../../src-main/engine/cluster/worker-messages.ts'
import type { WorkerPlan } from '../../../../src-main/engine/cluster/worker-process.ts'
import type { Caller } from '../../../../src-main/processes/rpc.ts'

/** A worker on another machine: its server gets port 7000 there, ports that lead back are numbered from 8000. */
function elsewhere(name: string) {
  const asked: Forwards[] = []
  const request = (request: string, argument: unknown): Promise<unknown> => {
    if (request === 'freePort') return Promise.resolve(7000)
    if (request === 'listen') return Promise.resolve(`${name}:9000`)
    const forwards = argument as Forwards
    asked.push(forwards)
    return Promise.resolve(forwards.here.map((_, i) => 8000 + i))
  }
  const host = { name, host: name, ssh: ['ssh'], command: 'work' }
  const caller = { request: request as Caller<LinkRequests>['request'] }
  const plan: WorkerPlan = { name, device: 'cpu', host }
  return { worker: { plan, caller }, asked }
}

const local = {
  plan: { name: 'local', device: 'cpu' as const },
  caller: { request: () => Promise.reject(new Error('nothing is asked of it')) },
}

test('each worker reaches every other one at a port of its own loopback interface', async () => {
  const [mars, moon] = [elsewhere('mars'), elsewhere('moon')]
  const { address, addresses } = await connectWorkers([mars.worker, local, moon.worker], 4321)
  expect(address).toBe('127.0.0.1:4321')
  // From here: a port of this machine for each of them.
  const [toMars = '', toLocal = '', toMoon = ''] = addresses[1] ?? []
  expect(toMars).toBe('127.0.0.1:4321')
  expect(new Set([toMars, toLocal, toMoon]).size).toBe(3)
  // From there: their own, and those that lead back.
  expect(addresses[0]).toEqual(['127.0.0.1:7000', '127.0.0.1:8000', '127.0.0.1:8001'])
  expect(addresses[2]).toEqual(['127.0.0.1:8000', '127.0.0.1:8001', '127.0.0.1:7000'])
  const port = (text: string) => Number(text.split(':')[1])
  expect(mars.asked).toEqual([{ there: [{ listen: 4321, to: 7000 }], here: [port(toLocal), port(toMoon)] }])
  expect(moon.asked).toEqual([
    { there: [{ listen: port(toMoon), to: 7000 }], here: [port(toMars), port(toLocal)] },
  ])
})

test('in a network of their own they reach each other there, and this process the first one by a forward', async () => {
  const [mars, moon] = [elsewhere('mars'), elsewhere('moon')]
  for (const { worker } of [mars, moon]) worker.plan.network = '10.0.0.0/24'
  const { address, addresses } = await connectWorkers([mars.worker, moon.worker], 4321)
  expect(address).toBe('127.0.0.1:4321')
  expect(addresses).toEqual([
    ['127.0.0.1:7000', 'moon:9000'],
    ['mars:9000', '127.0.0.1:7000'],
  ])
  expect(mars.asked).toEqual([{ there: [{ listen: 4321, to: 7000 }], here: [] }])
  expect(moon.asked).toEqual([])
})

import { expect, test } from 'vitest'
import {
  describeWorkers,
  devicesOption,
  workersNetworkOption,
  workersOf,
  workersOption,
} from '../../../src-main/cli/support/worker-options.ts'
import { workerPlans } from '../../../src-main/engine/cluster/worker-plans.ts'

const parse = (option: ReturnType<typeof devicesOption>, text: string): unknown =>
  option.parseArg?.(text, undefined)

test.each(['', '0,', 'a', '0,0', '0,00', '1.5'])('“%s” is no list of GPUs', (text) => {
  expect(() => parse(devicesOption(), text)).toThrow('numbers of the GPUs')
})

test('a list of GPUs and a number of processes are read', () => {
  expect(parse(devicesOption(), '0,2')).toEqual([0, 2])
  expect(parse(workersOption(), '2')).toBe(2)
  expect(() => parse(workersOption(), '1.5')).toThrow('whole number')
})

test('a list of machines is read; one alone or twice the same is none', () => {
  expect(parse(workersOption(), 'local,mars')).toEqual(['local', 'mars'])
  for (const text of ['mars', 'mars,', 'mars,mars', '-x,local'])
    expect(() => parse(workersOption(), text)).toThrow('at least two machines')
  expect(workersOf({ workers: ['local', 'mars'], device: 'auto' })).toEqual({
    workers: { hosts: ['local', 'mars'] },
    device: 'auto',
  })
})

test('workers imply their device, and refuse another', () => {
  expect(workersOf({ device: 'auto' })).toBeNull()
  expect(workersOf({ workers: 2, device: 'auto' })).toEqual({ workers: { processes: 2 }, device: 'cpu' })
  expect(workersOf({ devices: [0, 1], device: 'cuda' })).toEqual({
    workers: { gpus: [0, 1] },
    device: 'cuda',
  })
  expect(() => workersOf({ workers: 2, device: 'cuda' })).toThrow('cpu')
  expect(() => workersOf({ workers: 2, devices: [0], device: 'auto' })).toThrow('exclude')
})

test('processes divide the threads of the machine, GPUs get a process each', () => {
  expect(workerPlans({ processes: 3 }, { threads: 8 }).map(({ threads }) => threads)).toEqual([3, 3, 2])
  expect(workerPlans({ processes: 2 }, { threads: 1 }).map(({ threads }) => threads)).toEqual([1, 1])
  expect(workerPlans({ gpus: [0, 3] }, { threads: 8 })).toEqual([
    { name: 'GPU 0', device: 'cuda', gpu: 0 },
    { name: 'GPU 3', device: 'cuda', gpu: 3 },
  ])
})

test('a worker is told with its share and speed, a lost one as such', () => {
  const worker = {
    name: 'Worker 1',
    device: 'CPU',
    pid: 1,
    memoryBytes: 0,
    images: 16,
    imagesPerSecond: 12.34,
  }
  expect(
    describeWorkers([
      { ...worker, state: 'training' },
      { ...worker, state: 'silent' },
    ]),
  ).toBe('Worker 1 on CPU: 16 images of each batch, 12.3 images/s; Worker 1 does not respond')
})

test('a network goes with machines', () => {
  expect(parse(workersNetworkOption(), '10.1.0.0/16')).toBe('10.1.0.0/16')
  for (const text of ['10.1.0.0', '10.1.0.0/33', 'eth0'])
    expect(() => parse(workersNetworkOption(), text)).toThrow('10.0.0.0/24')
  const workersNetwork = '10.1.0.0/16'
  expect(workersOf({ workers: ['local', 'mars'], workersNetwork, device: 'auto' })?.workers).toEqual({
    hosts: ['local', 'mars'],
    network: workersNetwork,
  })
  expect(() => workersOf({ workers: 2, workersNetwork, device: 'auto' })).toThrow('names of machines')
})

test('each machine of a run has a worker, this computer first, those elsewhere with how they are reached', () => {
  const mars = { name: 'mars', host: 'mars', ssh: ['ssh'], command: 'work' }
  expect(workerPlans({ hosts: ['mars', 'local'] }, { device: 'cpu', hosts: [mars] })).toEqual([
    { name: 'local', device: 'cpu' },
    { name: 'mars', device: 'cpu', host: mars },
  ])
  expect(() => workerPlans({ hosts: ['local', 'moon'] }, { hosts: [mars] })).toThrow('moon')
})

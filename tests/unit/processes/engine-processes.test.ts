import { expect, test } from 'vitest'
import { trainingDevices } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { EngineProcesses, environmentOf } from '../../../src-main/processes/engine-processes.ts'
import { EngineSupervisor } from '../../../src-main/processes/engine.ts'
import type { ProcessState } from '../../../src-main/processes/supervisor.ts'
import { answeringProcess } from '../../helpers/answering-process.ts'

/** Engines that note what they are asked for, and answer nothing of use. */
function engines(
  devices: () => readonly TrainingDevice[],
  places: Record<string, TrainingDevice> = {},
  { prepared = 0 } = {},
) {
  const asked: [TrainingDevice, string, unknown][] = []
  const states: [ProcessState, number][] = []
  const report = new Map<TrainingDevice, (state: ProcessState, memoryBytes: number) => void>()
  const engine = new EngineProcesses({
    ...{ devices, deviceOf: (runId) => places[runId] ?? null },
    onState: (...state) => states.push(state),
    make: (device, onState) => {
      report.set(device, onState)
      return new EngineSupervisor({
        name: 'engine',
        start: () =>
          answeringProcess((name, argument) => {
            asked.push([device, name, argument])
            return name === 'dropPrepared' ? prepared : undefined
          }),
        onEvent: () => undefined,
      })
    },
  })
  return { engine, asked, states, report }
}
const sampling = (runId: string, device: 'auto' | 'cpu' | 'cuda:1') => ({ model: { runId }, device }) as never
const places = (asked: [TrainingDevice, string, unknown][]) => asked.map(([device]) => device)

test('what a run in training is asked for goes to its engine, all else to the preferred one', async () => {
  const { engine, asked } = engines(() => trainingDevices([1, 0]), { there: 'cuda:0' })
  await engine.request('sample', sampling('there', 'auto'))
  await engine.request('sample', sampling('other', 'auto'))
  await engine.request('encode', sampling('other', 'cpu'))
  expect(places(asked)).toEqual(['cuda:0', 'cuda:1', 'cpu'])
})

test('a GPU that is chosen by its number is that of the engine asked, which sees no other', async () => {
  const several = engines(() => trainingDevices([0, 1]))
  await several.engine.request('sample', sampling('other', 'cuda:1'))
  expect(several.asked).toEqual([['cuda:0', 'sample', { model: { runId: 'other' }, device: 'cuda' }]])
  const one = engines(() => trainingDevices([0]))
  await one.engine.request('sample', sampling('other', 'cuda:1'))
  await one.engine.request('encode', sampling('other', 'cpu'))
  expect(one.asked.map(([device, , argument]) => [device, (argument as { device: string }).device])).toEqual([
    ['computer', 'cuda:1'],
    ['computer', 'cpu'],
  ])
})

test('a job is cancelled in the engines that run, and none is started for it', async () => {
  const { engine, asked } = engines(() => trainingDevices([0, 1]))
  engine.of('cuda:1')
  await engine.request('sample', sampling('other', 'auto'))
  await engine.cancelSampling('job')
  expect(asked.slice(1)).toEqual([['cuda:0', 'cancelSampling', { job: 'job' }]])
})

test('a job that was cancelled before it reaches its engine is cancelled there, or does not begin', async () => {
  const { engine, asked } = engines(() => trainingDevices([0, 1]))
  const exporting = (job: string) => ({ model: { runId: 'run' }, device: 'auto', job })
  const ask = (job: string) => engine.request('export', exporting(job) as never)
  const known = (job: string) => ['cuda:0', 'export', exporting(job)]
  // While a file is chosen.
  await engine.cancelSampling('chosen')
  await expect(ask('chosen')).rejects.toMatchObject({ kind: 'cancelled' })
  expect(asked).toEqual([])
  // While the engine before it ends.
  await ask('first')
  const ending = engine.of('cuda:0').end()
  const early = ask('early')
  await Promise.resolve()
  await engine.cancelSampling('early')
  await Promise.all([ending, early])
  expect(asked).toEqual([known('first'), known('early'), ['cuda:0', 'cancelSampling', { job: 'early' }]])
  // Over by then, it is taken for no other.
  await engine.cancelSampling('early')
  await ask('other')
  expect(asked.at(-1)).toEqual(known('other'))
})

test('a run is prepared on the device it would begin on, and what was prepared is freed where an engine runs', async () => {
  for (const prepared of [0, 5]) {
    const { engine, asked } = engines(() => trainingDevices([0, 1]), {}, { prepared })
    expect(await engine.dropPrepared()).toBe(0)
    expect(asked).toEqual([])
    await engine.request('prepare', { device: 'cpu' } as never)
    expect(await engine.dropPrepared()).toBe(prepared)
    expect(asked.map(([device, name]) => [device, name])).toEqual([
      ['cpu', 'prepare'],
      ['cpu', 'dropPrepared'],
    ])
    // Memory is free for certain only when the process has ended.
    expect(engine.of('cpu').current === null).toBe(prepared > 0)
  }
})

test('the state of all is the most that one of them does, with the memory of all', () => {
  const { engine, states, report } = engines(() => trainingDevices([0, 1]))
  engine.of('cuda:0')
  engine.of('cuda:1')
  report.get('cuda:0')!('on', 3e9)
  report.get('cuda:1')!('starting', 0)
  report.get('cuda:1')!('on', 2e9)
  report.get('cuda:0')!('off', 0)
  report.get('cuda:1')!('off', 0)
  expect(states).toEqual([
    ['on', 3e9],
    ['on', 3e9],
    ['on', 5e9],
    ['on', 2e9],
    ['off', 0],
  ])
})

test('the engine of a GPU sees no other; that of the computer sees what the app sees', () => {
  expect(environmentOf('cuda:3')).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '3' })
  expect([environmentOf('computer'), environmentOf('cpu')]).toEqual([{}, {}])
})

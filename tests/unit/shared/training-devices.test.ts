import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import { deviceSets, nextOn, placeNow, trainingDevices } from '#shared/training-devices.ts'
import type { ChosenDevices, TrainingDevice } from '#shared/training-devices.ts'

const devices = trainingDevices([1, 0])
const chosen = (deviceChoice: ChosenDevices['deviceChoice'], workers: ChosenDevices['workers'] = null) => ({
  ...{ deviceChoice, workers },
})

test('a choice of a GPU is its number without leading zeros', () => {
  const valid = (text: string) => deviceChoiceSchema.safeParse(text).success
  expect(['auto', 'cuda', 'cpu', 'cuda:0', 'cuda:12'].every(valid)).toBe(true)
  expect(['gpu', 'cuda:', 'cuda:01', 'cuda:-1', 'cuda:x', 'cpu:0'].some(valid)).toBe(false)
})

describe('the devices of a computer', () => {
  test('are itself, or its GPUs in their order and the processor', () => {
    expect(trainingDevices([])).toEqual(['computer'])
    expect(trainingDevices([3])).toEqual(['computer'])
    expect(devices).toEqual(['cuda:1', 'cuda:0', 'cpu'])
  })

  test('with fewer than two GPUs are one for whatever is chosen', () => {
    for (const run of [chosen('auto'), chosen('cpu'), chosen('cuda:7'), chosen('cuda', { gpus: [0, 1] })])
      expect(deviceSets(run, ['computer'])).toEqual([['computer']])
  })

  test('of a run are those that it names, the processor only where it is chosen', () => {
    expect(deviceSets(chosen('auto'), devices)).toEqual([['cuda:1'], ['cuda:0']])
    expect(deviceSets(chosen('cuda'), devices)).toEqual([['cuda:1'], ['cuda:0']])
    expect(deviceSets(chosen('cuda:0'), devices)).toEqual([['cuda:0']])
    expect(deviceSets(chosen('cpu'), devices)).toEqual([['cpu']])
    // What is not there is said when the run begins.
    expect(deviceSets(chosen('cuda:7'), devices)).toEqual([['cuda:1'], ['cuda:0']])
  })

  test('of several processes are all that these use', () => {
    expect(deviceSets(chosen('cuda', { gpus: [0, 1] }), devices)).toEqual([['cuda:1', 'cuda:0']])
    expect(deviceSets(chosen('cuda', { gpus: [0] }), devices)).toEqual([['cuda:0']])
    expect(deviceSets(chosen('cpu', { processes: 4 }), devices)).toEqual([['cpu']])
    expect(deviceSets(chosen('auto', { hosts: ['local', 'mars'] }), devices)).toEqual([['cuda:1', 'cuda:0']])
  })
})

describe('the next run of a device', () => {
  const both = chosen('cuda', { gpus: [0, 1] })
  const next = (
    device: TrainingDevice,
    waiting: ChosenDevices[],
    free: readonly TrainingDevice[] = devices,
  ) => nextOn(device, waiting, { devices, free: new Set(free) })

  test('is the first that it can train, also where another device could', () => {
    const [any, one] = [chosen('auto'), chosen('cuda:0')]
    expect(next('cuda:0', [any, one])).toEqual({ run: any, devices: ['cuda:0'] })
    expect(next('cuda:1', [one, any])).toEqual({ run: any, devices: ['cuda:1'] })
    expect(next('cpu', [any, one])).toBeNull()
    expect(next('cuda:1', [one])).toBeNull()
  })

  test('does not take a device that a run before it needs together with a busy one', () => {
    expect(next('cuda:0', [both, chosen('auto')], ['cuda:0', 'cpu'])).toBeNull()
    expect(next('cpu', [both, chosen('cpu')], ['cuda:0', 'cpu'])?.devices).toEqual(['cpu'])
    expect(next('cuda:1', [both, chosen('auto')])).toEqual({ run: both, devices: ['cuda:1', 'cuda:0'] })
    // Its engine is that of the first.
    expect(next('cuda:0', [both, chosen('auto')])).toBeNull()
  })

  test('never takes a device that is busy, and none stays idle while a run of one device waits for any', () => {
    const choice = fc.constantFrom(chosen('auto'), chosen('cuda:0'), chosen('cuda:1'), chosen('cpu'), both)
    fc.assert(
      fc.property(fc.array(choice), fc.subarray(devices, { minLength: 1 }), (waiting, free) => {
        for (const device of free) {
          const found = next(device, waiting, free)
          if (found) expect(found.devices.every((one) => free.includes(one))).toBe(true)
          const isWanted = waiting.every((run) => run.deviceChoice === 'auto') && waiting.length > 0
          if (isWanted && device !== 'cpu') expect(found?.devices).toEqual([device])
        }
      }),
    )
  })
})

describe('a run that is to start now', () => {
  const states = (gpu1: string | null, gpu0: string | null) => [
    { device: 'cuda:1' as const, runId: gpu1 },
    { device: 'cuda:0' as const, runId: gpu0 },
    { device: 'cpu' as const, runId: null },
  ]
  test('takes a free device, else the place of the run on the one that it prefers', () => {
    expect(placeNow(chosen('auto'), states('a', null))).toEqual({ devices: ['cuda:0'], pauses: [] })
    expect(placeNow(chosen('auto'), states('a', 'b'))).toEqual({ devices: ['cuda:1'], pauses: ['a'] })
    expect(placeNow(chosen('cuda:0'), states(null, 'b'))).toEqual({ devices: ['cuda:0'], pauses: ['b'] })
    expect(placeNow(chosen('cpu'), states('a', 'b'))).toEqual({ devices: ['cpu'], pauses: [] })
  })

  test('that needs several takes the places of all on them, each once', () => {
    const both = chosen('cuda', { gpus: [0, 1] })
    expect(placeNow(both, states('a', 'b')).pauses).toEqual(['a', 'b'])
    expect(placeNow(both, states('a', 'a')).pauses).toEqual(['a'])
  })

  test('without several devices takes this computer', () => {
    expect(placeNow(chosen('cuda:0'), [])).toEqual({ devices: ['computer'], pauses: [] })
  })
})

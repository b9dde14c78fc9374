import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { cudaNeeds } from '../../../../src-main/tensorflow/cuda-needs.ts'
import {
  chooseDevice,
  describeDevice,
  usableGpus,
} from '../../../../src-main/engine/backend/device-choice.ts'
import type { DeviceFacts } from '../../../../src-main/engine/backend/device-choice.ts'
import type { NvidiaGpu } from '../../../../src-main/engine/backend/nvidia.ts'

const runtime = (variant: 'cpu' | 'cuda'): InstalledRuntime => ({
  variant,
  version: '2.21.0',
  directory: `/cache/runtime/2.21.0-${variant}-linux-x64`,
  bytes: 1e9,
  source: 'wheel',
  removable: true,
})
const gpu = (changes: Partial<NvidiaGpu> = {}): NvidiaGpu => ({
  index: 0,
  uuid: 'GPU-1',
  name: 'NVIDIA GeForce RTX 3080',
  computeCapability: 8.6,
  memoryBytes: 10e9,
  freeBytes: 9e9,
  ...changes,
})
const facts = (changes: Partial<DeviceFacts> = {}): DeviceFacts => ({
  device: 'auto',
  runtimes: [runtime('cpu'), runtime('cuda')],
  nvidia: { gpus: [gpu()], driver: '550.54.15', problem: null },
  needs: { cuda: 12, driver: '525.60.13', computeCapability: 7.5 },
  visible: undefined,
  ...changes,
})
const withGpus = (gpus: NvidiaGpu[], driver = '550.54.15'): Partial<DeviceFacts> => ({
  nvidia: { gpus, driver, problem: null },
})

const obstacles: [string, Partial<DeviceFacts>, RegExp, RegExp | null][] = [
  ['no GPU', { nvidia: { gpus: [], driver: null, problem: null } }, /no NVIDIA GPU/, null],
  [
    'a driver that does not respond',
    {
      nvidia: {
        gpus: [gpu()],
        driver: '550.54.15',
        problem: 'Failed to initialize NVML: Driver/library version mismatch',
      },
    },
    /does not respond .*mismatch/,
    /Restart the machine/,
  ],
  [
    'a driver that is too old',
    withGpus([gpu()], '470.256.02'),
    /driver 470\.256\.02 is too old for CUDA 12, which needs 525\.60\.13/,
    /Update the NVIDIA driver/,
  ],
  [
    'a GPU that is too old',
    withGpus([gpu({ name: 'NVIDIA GeForce GTX 1080', computeCapability: 6.1 })]),
    /GTX 1080 is too old: it has compute capability 6\.1, .* need 7\.5/,
    null,
  ],
  [
    'no CUDA runtime',
    { runtimes: [runtime('cpu')] },
    /for NVIDIA GPUs is not installed/,
    /Settings → Compute/,
  ],
  [
    'a GPU whose memory other programs occupy',
    withGpus([gpu({ freeBytes: 0.3e9 })]),
    /0\.3 GB of 10\.0 GB of memory free/,
    /Close the programs/,
  ],
  ['a GPU that is hidden', { visible: '-1' }, /CUDA_VISIBLE_DEVICES=-1 hides NVIDIA GeForce RTX 3080/, null],
]

describe('chooseDevice', () => {
  it('takes the GPU, and names it and its TensorFlow', () => {
    expect(chooseDevice(facts())).toMatchObject({
      device: 'cuda',
      runtime: { variant: 'cuda' },
      gpu: { index: 0 },
      why: 'NVIDIA GeForce RTX 3080 (10.0 GB, driver 550.54.15), with TensorFlow 2.21.0 for CUDA 12',
      advice: null,
    })
  })

  it.each(obstacles)('with %s, auto takes the processor and gives the reason', (_, changes, why, advice) => {
    const decision = chooseDevice(facts(changes))
    expect(decision).toMatchObject({ device: 'cpu', runtime: { variant: 'cpu' }, gpu: null })
    expect(decision.why).toMatch(why)
    if (advice) expect(decision.advice).toMatch(advice)
    else expect(decision.advice).toBeNull()
  })

  it.each(obstacles)('with %s, cuda is refused for the same reason with a remedy', (_, changes, why) => {
    const refused = () => chooseDevice(facts({ ...changes, device: 'cuda' }))
    expect(refused).toThrow(FlowerbedError)
    expect(refused).toThrow(new RegExp(why.source, 'i'))
    const statement = describeDevice('cuda', () => refused())
    expect(statement).toMatchObject({ device: null, name: null })
    expect(statement.advice).toMatch(/Or choose the device “auto” or “cpu”/)
  })

  it('computes on the processor with the CUDA runtime where no other is installed', () => {
    const decision = chooseDevice(facts({ device: 'cpu', runtimes: [runtime('cuda')] }))
    expect(decision).toMatchObject({ device: 'cpu', runtime: { variant: 'cuda' }, why: 'chosen by you' })
  })

  it('prefers a usable GPU to one that is too old, too full or hidden', () => {
    const gpus = [
      gpu({ index: 0, name: 'old', computeCapability: 5.2, memoryBytes: 24e9 }),
      gpu({ index: 1, name: 'full', computeCapability: 9, freeBytes: 0.1e9 }),
      gpu({ index: 2, name: 'hidden', computeCapability: 9 }),
      gpu({ index: 3, name: 'smaller', memoryBytes: 8e9 }),
      gpu({ index: 4, name: 'best', memoryBytes: 12e9 }),
    ]
    const decision = chooseDevice(facts({ ...withGpus(gpus), visible: '0,1,3,4' }))
    expect(decision.gpu?.name).toBe('best')
  })

  const gpus = fc.array(
    fc.record({
      index: fc.nat(3),
      uuid: fc.constant(null),
      name: fc.constantFrom('A', 'B'),
      computeCapability: fc.option(fc.constantFrom(3.5, 6.1, 7.5, 8.9, 12)),
      memoryBytes: fc.option(fc.constantFrom(2e9, 80e9)),
      freeBytes: fc.option(fc.constantFrom(0.2e9, 1.5e9, 70e9)),
    }),
    { maxLength: 3 },
  )
  const anything = fc.record({
    device: fc.constantFrom('auto' as const, 'cuda' as const, 'cpu' as const),
    runtimes: fc.subarray([runtime('cpu'), runtime('cuda')]),
    nvidia: fc.record({
      gpus,
      driver: fc.option(fc.constantFrom('470.1', '525.60.13', '525.60.9', '580.95.05')),
      problem: fc.option(fc.constant('it broke'), { freq: 5 }),
    }),
    needs: fc.constant({ cuda: 12, driver: '525.60.13', computeCapability: 7.5 }),
    visible: fc.option(fc.constantFrom('', '0', '1,0', '-1'), { nil: undefined }),
  })

  it('never takes an unusable GPU, nor refuses where auto would take one', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const decide = (device: DeviceFacts['device']) => {
          try {
            return chooseDevice({ ...given, device })
          } catch (thrown) {
            return thrown as FlowerbedError
          }
        }
        const [decision, auto] = [decide(given.device), decide('auto')]
        if (decision instanceof FlowerbedError) {
          expect(decision.kind).toBe('unavailable')
          expect(decision.hint).toMatch(/\S/)
          if (given.device === 'cuda') expect(auto).not.toMatchObject({ device: 'cuda' })
          else expect(given.runtimes).toEqual([])
          return
        }
        expect(decision.why).toMatch(/\S/)
        expect(decision.device === 'cuda').toBe(decision.gpu !== null)
        if (decision.device === 'cpu') expect(given.device).not.toBe('cuda')
        else {
          const { computeCapability, freeBytes } = decision.gpu!
          expect(computeCapability ?? 7.5).toBeGreaterThanOrEqual(7.5)
          expect(freeBytes ?? 1e9).toBeGreaterThanOrEqual(1e9)
          expect(decision.runtime.variant).toBe('cuda')
          expect(given.nvidia.problem).toBeNull()
          expect(['470.1', '525.60.9']).not.toContain(given.nvidia.driver)
          expect(given.device).not.toBe('cpu')
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('cudaNeeds', () => {
  it('are those of the pinned libraries where nothing is installed', () => {
    expect(cudaNeeds(undefined, 'linux')).toEqual({ cuda: 12, computeCapability: 7.5, driver: '525.60.13' })
  })

  it('are those of tfjs-node’s own TensorFlow where that is installed', () => {
    const own = { ...runtime('cuda'), source: 'package' as const }
    expect(cudaNeeds(own, 'win32')).toEqual({ cuda: 11, computeCapability: 3.5, driver: '452.39' })
  })
})

describe('a choice of one of several GPUs', () => {
  const [old, small, large] = [
    gpu({ index: 0, name: 'Old', computeCapability: 6.1 }),
    gpu({ index: 1, name: 'Small', freeBytes: 0.1e9 }),
    gpu({ index: 2, name: 'Large', memoryBytes: 24e9 }),
  ]
  const several = (changes: Partial<DeviceFacts> = {}) =>
    facts({ ...withGpus([old, small, large]), ...changes })

  it('takes that GPU, whichever is better', () => {
    expect(chooseDevice(several()).gpu).toEqual(large)
    expect(chooseDevice(several({ device: 'cuda:2' })).gpu).toEqual(large)
    const nearlyFull = () => chooseDevice(several({ device: 'cuda:1' }))
    expect(nearlyFull).toThrow(/^Small has 0\.1 GB of 10\.0 GB of memory free/)
  })

  it('is refused with the GPUs that are there', () => {
    const missing = several({ device: 'cuda:7', visible: '2,1' })
    expect(() => chooseDevice(missing)).toThrow('There is no GPU 7, but 2 (Large), 1 (Small)')
  })

  it('is among those on which a run can train, but for what others use now', () => {
    const indices = (changes?: Partial<DeviceFacts>) => usableGpus(several(changes)).map(({ index }) => index)
    expect(indices()).toEqual([2, 1])
    expect(indices({ visible: '1' })).toEqual([1])
    expect(indices({ runtimes: [runtime('cpu')] })).toEqual([])
  })
})

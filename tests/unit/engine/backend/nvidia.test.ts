import { describe, expect, it } from 'vitest'
import { readNvidia, filterVisibleGpus } from '../../../../src-main/engine/backend/nvidia.ts'
import type { NvidiaProbe } from '../../../../src-main/engine/backend/nvidia.ts'

/** A machine by its files and the output of nvidia-smi; `fails` when it exits with an error. */
function machine(options: {
  platform?: NodeJS.Platform
  files?: Record<string, string>
  smi?: string | ((query: string) => { ok: boolean; stdout: string })
  fails?: boolean
  /** Where nvidia-smi is. */
  at?: string
}): NvidiaProbe & { asked: string[] } {
  const { platform = 'linux', files = {}, smi, fails = false, at = 'nvidia-smi' } = options
  const asked: string[] = []
  return {
    asked,
    platform,
    exists: (path) =>
      path === at || Object.keys(files).some((file) => file === path || file.startsWith(`${path}/`)),
    readFile: (path) => files[path] ?? null,
    list: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1).split('/')[0]!),
      ),
    ],
    run: (program, args) => {
      asked.push(program)
      if (smi === undefined || program !== at) return null
      return typeof smi === 'string' ? { ok: !fails, stdout: smi } : smi(args[0]!)
    },
  }
}

const version = (driver: string) =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${driver}  Sun May 12 19:39:15 UTC 2024\nGCC version:  gcc version 12.3.0\n`
const information = (model: string, uuid: string) =>
  `Model: \t\t ${model}\nIRQ:   \t\t 148\nGPU UUID: \t ${uuid}\nVideo BIOS: \t 94.02.42.00.b4\nBus Type: \t PCIe\n`

describe('readNvidia', () => {
  it('reads a workstation with two GPUs', () => {
    const uuids = ['GPU-6b5c1d1e-7a2f-4a9b-8a1d-0d8a4f6b2c11', 'GPU-0a9d3f44-51f0-4b0e-9b4a-77a1f1b0d2e3']
    const state = readNvidia(
      machine({
        files: { '/proc/driver/nvidia/version': version('535.183.01'), '/dev/nvidiactl': '' },
        smi: `0, ${uuids[0]}, NVIDIA GeForce RTX 3080, 8.6, 10240, 9631, 535.183.01\n1, ${uuids[1]}, NVIDIA GeForce GT 710, 3.5, 2048, 1990, 535.183.01\n`,
      }),
    )
    expect(state).toEqual({
      driver: '535.183.01',
      problem: null,
      gpus: [
        {
          index: 0,
          uuid: uuids[0],
          name: 'NVIDIA GeForce RTX 3080',
          computeCapability: 8.6,
          memoryBytes: 10240 * 2 ** 20,
          freeBytes: 9631 * 2 ** 20,
        },
        {
          index: 1,
          uuid: uuids[1],
          name: 'NVIDIA GeForce GT 710',
          computeCapability: 3.5,
          memoryBytes: 2048 * 2 ** 20,
          freeBytes: 1990 * 2 ** 20,
        },
      ],
    })
  })

  it('queries an nvidia-smi without compute capabilities again', () => {
    const state = readNvidia(
      machine({
        files: { '/proc/driver/nvidia/version': version('470.256.02') },
        smi: (query) =>
          query.includes('compute_cap')
            ? { ok: false, stdout: 'Field "compute_cap" is not a valid field to query.\n\n' }
            : { ok: true, stdout: '0, GPU-1, Tesla K80, 11441, 11438, 470.256.02\n' },
      }),
    )
    expect(state.gpus).toEqual([
      expect.objectContaining({ name: 'Tesla K80', computeCapability: null, memoryBytes: 11441 * 2 ** 20 }),
    ])
    expect(state.driver).toBe('470.256.02')
  })

  it('reports values that the driver does not report as null', () => {
    const { gpus } = readNvidia(
      machine({
        files: { '/dev/nvidiactl': '' },
        smi: '0, GPU-22, NVIDIA GB10, 12.1, [N/A], [N/A], 580.95.05\n',
      }),
    )
    expect(gpus).toEqual([
      expect.objectContaining({
        name: 'NVIDIA GB10',
        computeCapability: 12.1,
        memoryBytes: null,
        freeBytes: null,
      }),
    ])
  })

  it('finds nvidia-smi of WSL, which is not on the path', () => {
    const probe = machine({
      files: { '/dev/dxg': '' },
      at: '/usr/lib/wsl/lib/nvidia-smi',
      smi: '0, GPU-3, NVIDIA GeForce RTX 4070 Laptop GPU, 8.9, 8188, 7020, 551.61\n',
    })
    expect(readNvidia(probe)).toMatchObject({ driver: '551.61', gpus: [{ computeCapability: 8.9 }] })
    expect(probe.asked).toEqual(['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'])
  })

  it('sees no GPU in WSL on a machine without one', () => {
    expect(readNvidia(machine({ files: { '/dev/dxg': '' } }))).toEqual({
      gpus: [],
      driver: null,
      problem: null,
    })
  })

  it('names the GPUs of a container without nvidia-smi from /proc', () => {
    const kernel =
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build  (dvs-builder@U16)  Fri Aug 16 21:39:15 UTC 2024\n'
    const state = readNvidia(
      machine({
        files: {
          '/proc/driver/nvidia/version': kernel,
          '/proc/driver/nvidia/gpus/0000:01:00.0/information': information('NVIDIA L4', 'GPU-4aa0-11'),
        },
      }),
    )
    expect(state).toMatchObject({
      driver: '560.35.03',
      gpus: [{ index: 0, name: 'NVIDIA L4', computeCapability: null }],
    })
  })

  it.each([
    'Failed to initialize NVML: Driver/library version mismatch',
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
  ])('reports a driver that does not respond: %s', (words) => {
    const files = {
      '/proc/driver/nvidia/version': version('550.54.15'),
      '/proc/driver/nvidia/gpus/0000:01:00.0/information': information('NVIDIA A10', 'GPU-5'),
    }
    const state = readNvidia(
      machine({ files, smi: `${words}\nNVML library version: 550.127\n`, fails: true }),
    )
    expect(state).toMatchObject({ problem: words, driver: '550.54.15', gpus: [{ name: 'NVIDIA A10' }] })
  })

  it('reports that nvidia-smi failed without a message', () => {
    expect(readNvidia(machine({ files: { '/dev/nvidiactl': '' }, smi: '', fails: true })).problem).toMatch(
      /without a message/,
    )
  })

  it('reports a driver without GPUs as a machine without GPUs', () => {
    const files = { '/proc/driver/nvidia/version': version('550.54.15') }
    const state = readNvidia(machine({ files, smi: 'No devices were found\n', fails: true }))
    expect(state).toEqual({ gpus: [], driver: '550.54.15', problem: null })
  })

  it('runs nothing on Linux without a driver, nor on macOS', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const probe = machine({ platform, smi: '0, GPU-1, GPU, 8.0, 1, 1, 1.0\n' })
      expect(readNvidia(probe).gpus).toEqual([])
      expect(probe.asked).toEqual([])
    }
  })

  it('runs nvidia-smi on Windows, which has no /proc', () => {
    const probe = machine({
      platform: 'win32',
      smi: '0, GPU-1, NVIDIA GeForce RTX 2060, 7.5, 6144, 5100, 537.58\r\n',
    })
    expect(readNvidia(probe)).toMatchObject({
      driver: '537.58',
      gpus: [{ name: 'NVIDIA GeForce RTX 2060' }],
    })
  })

  it('ignores lines of another format', () => {
    const { gpus } = readNvidia(
      machine({
        files: { '/dev/nvidiactl': '' },
        smi: 'WARNING: infoROM is corrupted at gpu 0000:00:1E.0\n\n0, GPU-9, Tesla T4, 7.5, 15360, 14923, 525.60.13\n',
      }),
    )
    expect(gpus.map(({ name }) => name)).toEqual(['Tesla T4'])
  })
})

describe('filterVisibleGpus', () => {
  const gpus = ['GPU-aa11', 'GPU-bb22', 'GPU-cc33'].map((uuid, index) => ({
    index,
    uuid,
    name: `gpu ${index}`,
    computeCapability: 8,
    memoryBytes: null,
    freeBytes: null,
  }))
  it.each([
    [undefined, [0, 1, 2]],
    ['', []],
    ['-1', []],
    ['2,0', [2, 0]],
    ['1,7,0', [1]],
    ['GPU-bb', [1]],
    ['1,1', [1]],
    ['MIG-4f2a', [0]],
    ['none', []],
  ])('%s shows %j', (visible, shown) => {
    expect(filterVisibleGpus(gpus, visible).map(({ index }) => index)).toEqual(shown)
  })
})

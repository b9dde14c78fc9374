import { describe, expect, it } from 'vitest'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { doctorRows, doctorText } from '../../../../src-renderer/pages/settings/doctor-text.ts'

const well: DoctorReport = {
  ok: true,
  versions: { flowerbed: '0.1.0', node: '24.9.0', electron: '45.4.1', tensorflow: '2.20.0', tfjs: '4.22.0' },
  platform: 'linux x64',
  cpu: 'Xeon',
  cores: 16,
  memoryBytes: 128e9,
  threads: { count: 8, why: 'one a core' },
  kernels: 'avx512',
  precision: 'fp32; this device is not faster in 16 bits',
  runtime: {
    variant: 'cuda',
    version: '2.20.0',
    directory: '/cache/tf',
    bytes: 3e9,
    source: 'wheel',
    removable: true,
  },
  device: { choice: 'auto', used: 'cuda', name: 'NVIDIA H100', why: 'it is there' },
  dataDirectory: '/data/Flowerbed',
  freeBytes: 200e9,
  electron: { version: '45.4.1', path: '/opt/electron', declared: '45.4.1' },
  advice: [],
}
const rowOf = (report: DoctorReport, name: string) => doctorRows(report).find(({ key }) => key === name)

describe('doctorText', () => {
  it('describes a healthy machine line by line', () => {
    expect(doctorText(well)).toBe(
      [
        'Flowerbed: 0.1.0 (Node 24.9.0 · tfjs 4.22.0)',
        'TensorFlow: 2.20.0 for NVIDIA GPU (CUDA · from the Python package index)',
        'Device: NVIDIA H100 (NVIDIA GPU, chosen automatically: it is there)',
        'Electron: 45.4.1 (/opt/electron)',
        'Machine: Xeon (linux x64)',
        'Memory: 128 GB · 16 cores (TensorFlow uses 8 threads: one a core)',
        'Data folder: /data/Flowerbed',
        'Free disk space: 200 GB (on the disk of the data folder)',
        '',
        'No problems found.',
        '',
      ].join('\n'),
    )
  })

  it('lists the recommendations, one line each', () => {
    expect(doctorText({ ...well, ok: false, advice: ['Free some disk.', 'Update the driver.'] })).toContain(
      '\nRecommendations:\n- Free some disk.\n- Update the driver.\n',
    )
  })
})

describe('doctorRows', () => {
  it('says why there is no device and that TensorFlow is not loaded', () => {
    const report: DoctorReport = {
      ...well,
      versions: { ...well.versions, tensorflow: null },
      runtime: null,
      device: { choice: 'auto', used: null, name: null, why: 'TensorFlow is not installed' },
    }
    expect(rowOf(report, 'tensorflow')?.value).toBe('Not loaded')
    expect(rowOf(report, 'device')).toMatchObject({ value: 'None', detail: 'TensorFlow is not installed' })
  })

  it('says that the user chose the device', () => {
    const device = { choice: 'cpu', used: 'cpu', name: null, why: 'chosen: cpu' } as const
    expect(rowOf({ ...well, device }, 'device')).toMatchObject({
      value: 'CPU',
      detail: 'CPU, chosen under General',
    })
  })

  it('names the Electron that is used in place of the declared one', () => {
    const electron = { version: '40.0.0', path: '/cache/electron', declared: '45.4.1' }
    expect(rowOf({ ...well, electron }, 'electron')?.value).toBe('40.0.0 in place of 45.4.1')
  })

  it('leaves Electron out where there is none', () => {
    const report = { ...well, versions: { ...well.versions, electron: null }, electron: null }
    expect(rowOf(report, 'electron')).toBeUndefined()
  })
})

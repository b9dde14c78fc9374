import { expect, test } from 'vitest'
import { readGpuUse } from '../../../../src-main/engine/backend/gpu-users.ts'
import type { NvidiaProbe } from '../../../../src-main/engine/backend/nvidia.ts'

/** What nvidia-smi 580 says on a machine with two GPUs. */
const gpus = [
  '0, GPU-aa, NVIDIA H200, 9.0, 143771, 60000, 580.95.05',
  '1, GPU-bb, NVIDIA H200, 9.0, 143771, 143000, 580.95.05',
].join('\n')
const apps = [
  'GPU-aa, 4242, /usr/bin/python3, 80000',
  `GPU-aa, ${process.pid}, node, 400`,
  'GPU-aa, 17, C:\\Games\\a, b.exe, [N/A]',
  'GPU-bb, 99, other, 10',
].join('\n')

const probe = (answerOfApps: { ok: boolean; stdout: string }): NvidiaProbe => ({
  platform: 'linux',
  exists: (path) => path === '/dev/nvidiactl',
  readFile: () => null,
  list: () => [],
  run: (_, [query = '']) => (query.startsWith('--query-gpu') ? { ok: true, stdout: gpus } : answerOfApps),
})

test('the processes of the GPU in use are named, this one left out', () => {
  expect(readGpuUse(probe({ ok: true, stdout: apps }), '0')).toEqual({
    totalBytes: 143771 * 2 ** 20,
    freeBytes: 60000 * 2 ** 20,
    users: [
      { pid: 4242, name: 'python3', bytes: 80000 * 2 ** 20 },
      { pid: 17, name: 'a, b.exe', bytes: null },
    ],
  })
})

test('without a list of processes the memory is known all the same', () => {
  expect(readGpuUse(probe({ ok: false, stdout: 'error' }), '1')).toMatchObject({ users: [] })
  expect(readGpuUse(probe({ ok: true, stdout: '' }), 'none')).toBeNull()
})

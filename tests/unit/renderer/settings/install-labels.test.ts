import { describe, expect, it } from 'vitest'
import type { InstallProgress } from '#shared/schemas/doctor.ts'
import { installLabel } from '../../../../src-renderer/pages/settings/install-labels.ts'

const at = (changes: Partial<InstallProgress>): InstallProgress => ({
  phase: 'download',
  file: 'tensorflow.whl',
  receivedBytes: 120e6,
  totalBytes: 192e6,
  bytesPerSecond: 8e6,
  ...changes,
})

describe('installLabel', () => {
  it.each<[string, Partial<InstallProgress>, string]>([
    ['a download in full', {}, '120 MB of 192 MB · 8.0 MB/s · about 9 s to go'],
    ['no speed yet', { receivedBytes: 0, bytesPerSecond: 0 }, '0 bytes of 192 MB'],
    ['all received', { receivedBytes: 192e6 }, '192 MB of 192 MB · 8.0 MB/s'],
    ['more received than announced', { receivedBytes: 193e6 }, '193 MB of 192 MB · 8.0 MB/s'],
    ['no known total', { totalBytes: 0 }, '120 MB · 8.0 MB/s'],
    [
      'nothing known',
      { receivedBytes: 0, totalBytes: 0, bytesPerSecond: 0 },
      'Downloading, which can take some minutes',
    ],
    ['the first look-up', { phase: 'index', receivedBytes: 0 }, 'Looking up the download'],
    ['a later look-up', { phase: 'index' }, 'Looking up the next part · 120 MB of 192 MB'],
    ['verifying', { phase: 'verify' }, 'Verifying the download'],
    ['unpacking', { phase: 'unpack' }, 'Unpacking'],
    ['the end', { phase: 'done' }, 'Installed'],
  ])('describes %s', (_, changes, label) => {
    expect(installLabel(at(changes))).toBe(label)
  })
})

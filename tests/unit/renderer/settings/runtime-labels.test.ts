import { describe, expect, it } from 'vitest'
import type { InstalledRuntime, RuntimeStatus } from '#shared/schemas/doctor.ts'
import {
  notInstalled,
  removableBytes,
  runtimeName,
  suitsMachine,
  versionLabel,
} from '../../../../src-renderer/pages/settings/runtime-labels.ts'

const one = (changes: Partial<InstalledRuntime> = {}): InstalledRuntime => ({
  variant: 'cpu',
  version: '2.20.0',
  directory: '/cache/cpu',
  bytes: 600,
  source: 'wheel',
  removable: true,
  ...changes,
})
const available: RuntimeStatus['available'] = [
  { variant: 'cpu', version: '2.20.0', downloadBytes: 200 },
  { variant: 'cuda', version: '2.20.0', downloadBytes: null },
]
const offered = (...installed: InstalledRuntime[]) =>
  notInstalled({ installed, available }).map(({ variant }) => variant)

describe('notInstalled', () => {
  it('offers what is not there', () => {
    expect(offered()).toEqual(['cpu', 'cuda'])
    expect(offered(one())).toEqual(['cuda'])
  })
  it('offers a newer version of what is there', () => {
    expect(offered(one({ version: '2.9.1' }))).toEqual(['cpu', 'cuda'])
  })
  it('offers nothing beside one that FLOWERBED_TF_DIR names, which alone would be used', () => {
    expect(offered(one({ source: 'folder', removable: false }))).toEqual([])
  })
})

describe('suitsMachine', () => {
  const on = (device: 'cpu' | 'cuda' | null, advice: string | null = null) => ({
    ...{ device, advice, name: null, why: '' },
  })
  it('CUDA suits only where a GPU is there and is not used', () => {
    expect(suitsMachine('cuda', on('cpu'))).toBe(false)
    expect(suitsMachine('cuda', on('cpu', 'Install TensorFlow for NVIDIA GPU.'))).toBe(true)
    expect(suitsMachine('cuda', on('cuda'))).toBe(false)
    expect(suitsMachine('cuda', null)).toBe(false)
  })
  it('the processor’s suits where nothing can train yet', () => {
    expect(suitsMachine('cpu', on(null, 'Install TensorFlow.'))).toBe(true)
    expect(suitsMachine('cpu', on('cpu'))).toBe(false)
  })
})

it('removableBytes counts every version of the variant that Flowerbed has installed', () => {
  const installed = [one(), one({ version: '2.9.1', bytes: 50 }), one({ variant: 'cuda', bytes: 9 })]
  expect(removableBytes([...installed, one({ removable: false })], 'cpu')).toBe(650)
})

it('names a runtime and its version', () => {
  expect(runtimeName('cuda')).toBe('TensorFlow for NVIDIA GPU')
  expect(versionLabel(one())).toBe('2.20.0 · CPU')
})

import { expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { samplingOf } from '#shared/schemas/sampling.ts'
import { createSystem } from '../../../../src-main/engine/model/create-model.ts'
import { knownSampling } from '../../../../src-main/engine/sampling/known-sampling.ts'

const shape = { height: 16, width: 16, channels: 3 } as const
const gridOf = (preset: string, changes: Record<string, unknown>, timeGrid?: 'uniform') =>
  knownSampling(
    createSystem({ config: resolveConfig(preset, changes), shape }),
    samplingOf(timeGrid ? { timeGrid } : {}),
  ).timeGrid

it('chooses narrow times for networks on pixels with a code and without dropout, unless others are asked for', () => {
  const sharp = { hidden: 8, patch: 1 }
  expect(gridOf('auto', sharp)).toBe('narrow')
  expect(gridOf('auto', { ...sharp, dropout: 0.3 })).toBe('karras')
  expect(gridOf('auto', { ...sharp, patch: 2 })).toBe('karras')
  expect(gridOf('auto', { ...sharp, code: 0, codeMap: false })).toBe('karras')
  expect(gridOf('ladder-5-observation-noise', { hidden: 8 })).toBe('karras')
  expect(gridOf('auto', sharp, 'uniform')).toBe('uniform')
})

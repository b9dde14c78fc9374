import { expect, it } from 'vitest'
import { defaultStepsOf, timeGridOf } from '#shared/default-sampling.ts'
import { presetIds, resolveConfig } from '#shared/presets.ts'
import { samplingDefaults } from '#shared/schemas/sampling.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'

const narrow = resolveConfig('auto', { patch: 1 })

it('is 6 steps on the narrow grid, where they are as good as more', () => {
  expect(timeGridOf(narrow)).toBe('narrow')
  expect(defaultStepsOf(narrow)).toBe(6)
  expect(defaultStepsOf(narrow, { solver: 'dpm2m', timeGrid: 'auto' })).toBe(6)
})

it.each([{ dropout: 0.3 }, { patch: 2 }, { code: 0, codeMap: false }])('is 8 with %o', (changes) => {
  const config = resolveConfig('auto', { patch: 1, ...changes })
  expect(timeGridOf(config)).toBe('karras')
  expect(defaultStepsOf(config)).toBe(samplingDefaults.steps)
})

it('goes by the solver and the grid that are asked for', () => {
  expect(defaultStepsOf(narrow, { timeGrid: 'karras' })).toBe(samplingDefaults.steps)
  expect(defaultStepsOf(narrow, { solver: 'heun' })).toBe(samplingDefaults.steps)
  expect(defaultStepsOf({ ...narrow, dropout: 0.3 }, { timeGrid: 'narrow' })).toBe(6)
})

it('follows the grid that the model of each preset chooses', () => {
  for (const preset of presetIds) {
    const config = resolveConfig(preset, { hidden: 16 })
    const system = createSystem({ config, shape: { height: 16, width: 16, channels: 1 } })
    expect(system.timeGrid).toBe(timeGridOf(config))
  }
})

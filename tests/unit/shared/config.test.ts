import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { runConfigSchema, settingKeys } from '#shared/schemas/run-config.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { presetIds, presets, resolveConfig } from '#shared/presets.ts'

describe('run settings', () => {
  it('describes every setting for people, with a range for every number', () => {
    const fields = settingFields()
    expect(fields.map((field) => field.key)).toEqual(settingKeys)
    for (const field of fields) {
      expect(field.title.length, field.key).toBeGreaterThan(2)
      expect(field.help.length, field.key).toBeGreaterThan(20)
      if (field.kind === 'integer' || field.kind === 'number') {
        expect(field.min, field.key).toBeTypeOf('number')
        expect(field.max, field.key).toBeTypeOf('number')
      }
      if (field.kind === 'choice') expect(Object.keys(field.options ?? {})).toEqual(field.choices)
    }
  })

  it('has a length of its own in minutes unless steps or epochs are given', () => {
    const limits = (changes: Record<string, unknown>) => {
      const { steps, epochs, minutes } = resolveConfig('auto', changes)
      return [steps, epochs, minutes]
    }
    expect(limits({})).toEqual([10_000_000, 0, 20])
    expect(limits({ minutes: 3 })).toEqual([10_000_000, 0, 3])
    expect(limits({ steps: '500' })).toEqual([500, 0, 0])
    expect(limits({ epochs: 4 })).toEqual([10_000_000, 4, 0])
    expect(limits({ epochs: 0 })).toEqual([10_000_000, 0, 20])
    expect(limits({ steps: 500, minutes: 3 })).toEqual([500, 0, 3])
  })

  it.each(presetIds)('has a valid preset %s', (id) => {
    expect(runConfigSchema.parse(presets[id].config)).toEqual(presets[id].config)
    expect(presets[id].id).toBe(id)
  })

  it('takes every number inside its range and refuses what is outside, by name', () => {
    for (const field of settingFields()) {
      if (field.kind !== 'integer') continue
      const { key, min, max } = field
      fc.assert(
        fc.property(fc.integer({ min: min!, max: max! }), (value) => {
          expect(resolveConfig('pixel-posterior', { [key]: String(value) })[key]).toBe(value)
        }),
        { seed: 1, numRuns: 20 },
      )
      for (const value of [min! - 1, max! + 1, min! + 0.5, 'many', '', null, NaN]) {
        const refused = refusalOf(() => resolveConfig('pixel-posterior', { [key]: value }))
        expect(refused.kind).toBe('bad-input')
        expect(refused.where).toBe(key)
      }
    }
  })

  it('reads what was saved before a setting was there as what it computed then', () => {
    const later = ['epochs', 'flipVertical', 'turn', 'shift', 'jitter'] as const
    for (const id of presetIds) {
      const before = Object.entries(presets[id].config).filter(([key]) => !later.some((name) => name === key))
      expect(runConfigSchema.parse(Object.fromEntries(before))).toEqual(presets[id].config)
    }
  })

  it('reads yes and no as typed on a command line', () => {
    expect(resolveConfig('pixel-posterior', { flip: 'true' }).flip).toBe(true)
    expect(resolveConfig('pixel-posterior', { flip: 'no' }).flip).toBe(false)
    expect(refusalOf(() => resolveConfig('pixel-posterior', { flip: 'maybe' })).message).toMatch(
      /true or false/,
    )
  })

  it('couples noise and images only where the latent is standard normal noise', () => {
    const settings = { posterior: false, prior: 'standard', coupling: 'minibatch' }
    expect(resolveConfig('balanced', settings).coupling).toBe('minibatch')
    for (const changes of [
      { posterior: true },
      { prior: 'learned' },
      { posterior: true, coupling: 'semidiscrete' },
    ]) {
      const refused = refusalOf(() => resolveConfig('auto', { ...settings, ...changes }))
      expect(refused).toMatchObject({ kind: 'bad-input', where: 'coupling' })
      expect(refused.hint).toContain('posterior=false')
    }
    expect(resolveConfig('balanced').coupling).toBe('independent')
  })

  it('names an unknown setting and an unknown preset, and what there is', () => {
    const setting = refusalOf(() => resolveConfig('pixel-posterior', { hiden: 12 }))
    expect(setting.message).toContain('hiden')
    expect(setting.hint).toContain('hidden')
    const preset = refusalOf(() => resolveConfig('best'))
    expect(preset.message).toContain('best')
    expect(preset.hint).toContain('pixel-posterior')
  })
})

function refusalOf(act: () => unknown): FlowerbedError {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof FlowerbedError) return thrown
    throw thrown
  }
  throw new Error('nothing was refused')
}

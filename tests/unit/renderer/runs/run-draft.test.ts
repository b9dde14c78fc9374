import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingFields } from '#shared/schemas/run-config.ts'
import type { SettingField } from '#shared/schemas/run-config.ts'
import { defaultPresetId, presets, resolveConfig } from '#shared/presets.ts'
import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import { settingsOfRun, useRunDraft } from '../../../../src-renderer/entities/runs/run-draft.ts'
import {
  settingRangeLabel,
  settingValueLabel,
} from '../../../../src-renderer/entities/runs/setting-labels.ts'
import type { RunDraft } from '../../../../src-renderer/entities/runs/run-draft.ts'

const fields = settingFields()
const numeric = fields.filter(({ kind }) => kind === 'integer' || kind === 'number')
const limits = ({ min = -1e9, max = 1e9 }: SettingField): { min: number; max: number } => ({ min, max })
const field = (key: string): SettingField => {
  const found = fields.find((one) => one.key === key)
  if (!found) throw new Error(`no setting ${key}`)
  return found
}

const inRange = fc.constantFrom(...fields).chain((one) => {
  const { min, max } = limits(one)
  const value: fc.Arbitrary<string | number | boolean> =
    one.kind === 'boolean'
      ? fc.boolean()
      : one.kind === 'choice'
        ? fc.constantFrom(...(one.choices ?? []))
        : one.kind === 'integer'
          ? fc.integer({ min, max })
          : fc.double({ min, max, noNaN: true }).map((double) => double + 0)
  return value.map((chosen) => ({ key: one.key, value: chosen }))
})

const outOfRange = fc.constantFrom(...numeric).chain((one) => {
  const { min, max } = limits(one)
  const beyond = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
  return fc
    .oneof(
      beyond.map((by) => min - by),
      beyond.map((by) => max + Math.max(1, by)),
    )
    .map((value) => ({ key: one.key, value }))
})

describe('a draft of a run', () => {
  it('starts as the default preset, with nothing changed', () => {
    const draft = useRunDraft()
    expect(draft.preset.value).toBe(defaultPresetId)
    expect(draft.changes.value).toEqual({})
    expect(draft.valid.value).toBe(true)
    for (const { key } of fields)
      expect(draft.texts.value[key]).toBe(String(presets[defaultPresetId].config[key]))
  })

  it('holds only what differs from the preset, as values', () => {
    const draft = useRunDraft('pixel-posterior')
    draft.set('steps', '500')
    draft.set('learningRate', '2e-4')
    draft.set('flip', 'true')
    draft.set('batch', '32')
    draft.set('klWeight', '1.0')
    expect(draft.changes.value).toEqual({ steps: 500, learningRate: 2e-4, flip: true })
    expect([...draft.changed.value]).toEqual(['steps', 'learningRate', 'flip'])
    expect(draft.texts.value.klWeight).toBe('1.0')
  })

  it('has an error for an invalid field until it is corrected', () => {
    const draft = useRunDraft()
    draft.set('steps', '')
    expect(draft.errors.value).toEqual({ steps: 'Steps must be a number' })
    draft.set('steps', '1.5')
    expect(draft.errors.value).toEqual({ steps: 'Steps must be a whole number' })
    expect(draft.changes.value).toEqual({})
    expect(draft.changed.value.has('steps')).toBe(true)
    expect(draft.valid.value).toBe(false)
    draft.set('steps', '15')
    expect(draft.errors.value).toEqual({})
    expect(draft.valid.value).toBe(true)
  })

  it('resets to the value of the preset, also from an invalid one', () => {
    const draft = useRunDraft('pixel-posterior')
    draft.set('hidden', 'wide')
    draft.reset('hidden')
    expect(draft.texts.value.hidden).toBe(String(presets['pixel-posterior'].config.hidden))
    expect(draft.errors.value).toEqual({})
    expect(draft.changed.value.size).toBe(0)
  })

  it('keeps what was changed by hand when the preset is switched, and only that', () => {
    const draft = useRunDraft('pixel-posterior')
    draft.set('batch', '64')
    draft.set('seed', '7')
    draft.set('steps', '5')
    draft.set('steps', '20000')
    draft.preset.value = 'ladder-3-unet'
    expect(draft.texts.value).toMatchObject({ batch: '64', seed: '7', network: 'unet' })
    expect(draft.changes.value).toEqual({ seed: 7 })
    draft.preset.value = 'pixel-posterior'
    expect(draft.changes.value).toEqual({ batch: 64, seed: 7 })
  })

  it('shows what the preset chooses, and takes what is typed of it, also its own value', () => {
    const own = presets.auto.config.hidden
    const all: AutomaticSetting[] = [{ key: 'hidden', value: 48, because: 'time' }]
    const draft: RunDraft = useRunDraft('auto', {}, () =>
      all.filter(({ key }) => draft.changes.value[key] === undefined),
    )
    expect(draft.texts.value.hidden).toBe('48')
    expect(draft.changes.value).toEqual({})
    draft.set('hidden', String(own))
    expect(draft.texts.value.hidden).toBe(String(own))
    expect(draft.changes.value).toEqual({ hidden: own })
    draft.reset('hidden')
    expect(draft.texts.value.hidden).toBe('48')
    draft.set('hidden', String(own))
    // Which chooses no width.
    draft.preset.value = 'balanced'
    expect(draft.changes.value).toEqual({})
  })

  it('of an earlier run has what was changed by hand, not what the preset chose', () => {
    const config = resolveConfig('auto', { hidden: 64, patch: 2, seed: 7 })
    const settings: AutomaticSetting[] = [{ key: 'patch', value: 2, because: 'imageSize' }]
    const automatic = { settings, speed: null, secondsPerStep: null }
    expect(settingsOfRun({ preset: 'auto', config, automatic })?.changes).toEqual({ hidden: 64, seed: 7 })
    // Older versions did not record it.
    const older = resolveConfig('auto', { patch: 2, dropout: 0.3, steps: 20_000 })
    expect(settingsOfRun({ preset: 'auto', config: older })?.changes).toEqual({ steps: 20_000, minutes: 0 })
    expect(settingsOfRun({ preset: 'gone', config })).toBeNull()
  })

  it('takes any value in range and gives it back as a change', () => {
    fc.assert(
      fc.property(inRange, ({ key, value }) => {
        const draft = useRunDraft()
        draft.set(key, String(value))
        expect(draft.errors.value).toEqual({})
        expect(draft.texts.value[key]).toBe(String(value))
        expect(resolveConfig(draft.preset.value, draft.changes.value)[key]).toBe(value)
        expect(key in draft.changes.value).toBe(value !== presets[defaultPresetId].config[key])
      }),
    )
  })

  it('has an error for any number out of range', () => {
    fc.assert(
      fc.property(outOfRange, ({ key, value }) => {
        const draft = useRunDraft()
        draft.set(key, String(value))
        expect(draft.errors.value[key]).toMatch(/must be/)
        expect(draft.valid.value).toBe(false)
        expect(draft.changes.value).toEqual({})
      }),
    )
  })
})

describe('labels of a setting', () => {
  it('shows ranges without rounding', () => {
    expect(settingRangeLabel(field('batch'))).toBe('1 to 4,096')
    expect(settingRangeLabel(field('emaDecay'))).toBe('0 to 0.99999')
    expect(settingRangeLabel(field('learningRate'))).toBe('0.0000001 to 1')
    expect(settingRangeLabel(field('network'))).toBe('')
  })

  it('shows values with units', () => {
    expect(settingValueLabel(field('checkpointEvery'), 1200)).toBe('1,200 steps')
    expect(settingValueLabel(field('checkpointEvery'), 0)).toBe('only when the run pauses or ends')
    expect(settingValueLabel(field('epochs'), 1)).toBe('1 epoch')
    expect(settingValueLabel(field('accumulate'), 1)).toBe('1 batch')
    expect(settingValueLabel(field('batch'), 1)).toBe('1 image')
    expect(settingValueLabel(field('minutes'), 0)).toBe('no limit')
    // A run that ends by its time.
    expect(settingValueLabel(field('steps'), 10_000_000)).toBe('no limit')
    expect(settingValueLabel(field('warmup'), 0)).toBe('0 steps')
    expect(settingValueLabel(field('flip'), false)).toBe('off')
    expect(settingValueLabel(field('prior'), 'learned')).toBe('Learned per pixel')
  })
})

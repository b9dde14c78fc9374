import { language } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import german from '#shared/locales/de/settings-fields.json' with { type: 'json' }
import { presets } from '#shared/presets.ts'
import type { Preset } from '#shared/presets.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricLabels } from '#shared/schemas/run.ts'
import { settingFields as englishFields } from '#shared/schemas/run-config.ts'
import type { SettingField } from '#shared/schemas/run-config.ts'
import { settingGroupTitles } from '#shared/schemas/setting.ts'
import type { SettingGroup } from '#shared/schemas/setting.ts'

const described = new Map<Language, readonly SettingField[]>()

/** Every setting in order, described in the language of this process; English is in the schema. */
export function settingFields(): readonly SettingField[] {
  const now = language()
  // Reading the fields off the schema takes long.
  const known = described.get(now)
  if (known) return known
  const english = englishFields()
  const fields = now === 'en' ? english : english.map((field) => ({ ...field, ...german.fields[field.key] }))
  described.set(now, fields)
  return fields
}

/** A setting by its key; undefined for one of another version. */
export const settingField = (key: string): SettingField | undefined =>
  settingFields().find((field) => field.key === key)

export const groupTitle = (group: SettingGroup): string =>
  language() === 'en' ? settingGroupTitles[group] : german.groups[group]

/** The unit of an amount of 1. */
export const singularOf = (unit: string): string =>
  language() === 'en'
    ? unit.replace(/(?<=ch|ss)es$|s$/, '')
    : ((german.singular as Partial<Record<string, string>>)[unit] ?? unit)

/** What a preset is called and for; undefined for one of another version. */
export function presetWords(id: string): Pick<Preset, 'title' | 'summary'> | undefined {
  const all: Partial<Record<string, Pick<Preset, 'title' | 'summary'>>> =
    language() === 'en' ? presets : german.presets
  return all[id]
}

/** What a metric is called and means; its name where this version does not know it. */
export function metricWords(name: string): MetricLabels {
  const english = metricLabels[name] ?? { title: name, help: '' }
  const translated = (german.metrics as Partial<Record<string, MetricLabels>>)[name]
  return language() === 'en' || !translated ? english : { ...english, ...translated }
}

import { language } from '#shared/language.ts'
import german from '#shared/locales/de/settings-fields.json' with { type: 'json' }
import { presets } from '#shared/presets.ts'
import type { Preset } from '#shared/presets.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricLabels } from '#shared/schemas/run.ts'
import { settingFields as englishFields } from '#shared/schemas/run-config.ts'
import type { SettingField } from '#shared/schemas/run-config.ts'
import { settingGroupTitles } from '#shared/schemas/setting.ts'
import type { SettingGroup } from '#shared/schemas/setting.ts'

/** Every setting in order, described in the language of the window; English is in the schema. */
export const settingFields = (): SettingField[] =>
  language() === 'en'
    ? englishFields()
    : englishFields().map((field) => ({ ...field, ...german.fields[field.key] }))

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

import { presetWords, settingFields } from '#shared/labels/described.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'
import { settingWords } from '#shared/schemas/setting.ts'
import { defaultPresetId, presetIds, presets, sizePresetIds } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'

/** The systems of the ladder: the reference's in order, then Flowerbed's, the default preset last. */
export const ladderPresets: readonly PresetId[] = [
  ...presetIds.filter((id) => presets[id].family === 'ladder'),
  ...presetIds.filter(
    (id) => presets[id].family === 'standard' && id !== defaultPresetId && !sizePresetIds.includes(id),
  ),
  defaultPresetId,
]

/** Images that each run of an experiment reconstructs. */
export const reconstructionCount = 8

/** Indices of images spread over a dataset: the same ones for every run. */
export function spreadImages(datasetCount: number, atMost = reconstructionCount): number[] {
  const count = Math.min(atMost, datasetCount)
  return Array.from({ length: count }, (_, i) => Math.floor((i * datasetCount) / count))
}

/** A preset's title where only rungs stand side by side: “Rung 1: vanilla”. */
export function rungTitle(preset: string): string {
  const title = presetWords(preset)?.title ?? preset
  // cspell:ignore Referenz
  const short = title.replace(/^(Reference|Referenz), /, '')
  return short.charAt(0).toUpperCase() + short.slice(1)
}

export interface SettingChange {
  key: SettingKey
  title: string
  from: string
  to: string
}

// Length and monitoring do not belong to a system.
const outside = new Set(['length', 'monitoring'])

/** What one system sets otherwise than another, in words. */
export function settingChanges(from: RunConfig, to: RunConfig): SettingChange[] {
  return settingFields()
    .filter(({ key, group }) => !outside.has(group) && from[key] !== to[key])
    .map((field) => {
      const { key, title } = field
      return { key, title, from: settingWords(field, from[key]), to: settingWords(field, to[key]) }
    })
}

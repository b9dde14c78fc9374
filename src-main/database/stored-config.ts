import { runConfigSchema, settingKeys } from '#shared/schemas/run-config.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { presets } from '#shared/presets.ts'

/** Whose settings take the place of unusable ones of an unknown preset. */
const fallbackPreset = 'pixel-posterior'

/**
 * A run's settings as they are kept. One that this version does not know is left out and one that it cannot use is the
 * preset's, so that the run can still be looked at; numbers out of range stay, since a network is built by them.
 * @throws FlowerbedError `corrupt` for what are no settings at all
 */
export function readableConfig(stored: unknown, presetId: string): RunConfig {
  const parsed = runConfigSchema.safeParse(stored)
  if (parsed.success) return parsed.data
  const values = settingsIn(stored)
  const known = Object.hasOwn(presets, presetId) ? presetId : fallbackPreset
  const { config } = presets[known as keyof typeof presets]
  const usable = (key: SettingKey): unknown => {
    if (isUsable(key, values[key])) return runConfigSchema.shape[key].parse(values[key])
    const isNumber = typeof config[key] === 'number' && Number.isFinite(values[key])
    return isNumber ? values[key] : config[key]
  }
  return Object.fromEntries(settingKeys.map((key) => [key, usable(key)])) as RunConfig
}

/** Names of the settings that this version does not know or cannot use; a run with such cannot be trained. */
export function unusableSettings(stored: unknown): string[] {
  if (runConfigSchema.safeParse(stored).success) return []
  const values = settingsIn(stored)
  const names = new Set([...settingKeys, ...Object.keys(values)])
  return [...names].filter((name) => {
    const key = settingKeys.find((known) => known === name)
    return key === undefined || !isUsable(key, values[key])
  })
}

const isUsable = (key: SettingKey, value: unknown): boolean =>
  runConfigSchema.shape[key].safeParse(value).success

function settingsIn(stored: unknown): Record<string, unknown> {
  if (typeof stored === 'object' && stored !== null && !Array.isArray(stored))
    return stored as Record<string, unknown>
  throw new FlowerbedError('corrupt', errorText('history.columnDamaged', { column: 'config' }))
}

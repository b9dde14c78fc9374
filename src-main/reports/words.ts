import type { SettingField } from '#shared/schemas/run-config.ts'
import { settingWords, wordsForNoAmount } from '#shared/schemas/setting.ts'

/** 75 → “1 min 15 s”. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min${s < 600 && s % 60 > 0 ? ` ${s % 60} s` : ''}`
  return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`
}

/** A setting's value as a sentence would have it. */
export function valueWords(field: SettingField, value: string | number | boolean): string {
  const words = wordsForNoAmount(field, value)
  return words ?? [settingWords(field, value), ...(field.unit === undefined ? [] : [field.unit])].join(' ')
}

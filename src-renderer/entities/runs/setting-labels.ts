import { language } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import type { SettingField } from '#shared/schemas/run-config.ts'
import { t } from '../../i18n.ts'
import { singularOf } from '#shared/labels/described.ts'
import { wordsForNoAmount } from '#shared/schemas/setting.ts'

// Enough digits that 0.99999 is not shown as 1.
const digits = { maximumFractionDigits: 20 } as const
const formats: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat('en', digits),
  de: new Intl.NumberFormat('de', digits),
}
const numbers = { format: (value: number) => formats[language()].format(value) }

/** “1 to 4,096”; empty where a setting has no range. */
export function settingRangeLabel({ min, max }: SettingField): string {
  if (min !== undefined && max !== undefined)
    return t('runs.setting.range', { min: numbers.format(min), max: numbers.format(max) })
  if (min !== undefined) return t('runs.setting.atLeast', { min: numbers.format(min) })
  return max === undefined ? '' : t('runs.setting.atMost', { max: numbers.format(max) })
}

/** A value of a setting with its unit: “20,000 images”, “1 batch”, “no limit”, “on”, “Learned per pixel”. */
export function settingValueLabel(field: SettingField, value: string | number | boolean): string {
  const { unit, options } = field
  if (typeof value === 'boolean') return t(value ? 'runs.setting.on' : 'runs.setting.off')
  if (typeof value === 'string') return options?.[value] ?? value
  const words = wordsForNoAmount(field, value)
  if (words !== undefined) return words
  if (unit === undefined) return numbers.format(value)
  return `${numbers.format(value)} ${value === 1 ? singularOf(unit) : unit}`
}

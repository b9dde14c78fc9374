import type { SettingField } from '#shared/schemas/setting-fields.ts'

// Enough digits that 0.99999 is not shown as 1.
const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 20 })

/** “1 to 4,096”; empty where a setting has no range. */
export function rangeWords({ min, max }: SettingField): string {
  if (min !== undefined && max !== undefined) return `${numbers.format(min)} to ${numbers.format(max)}`
  if (min !== undefined) return `at least ${numbers.format(min)}`
  return max === undefined ? '' : `at most ${numbers.format(max)}`
}

/** A value of a setting as people read it: “20,000 images”, “1 batch”, “no limit”, “on”, “Learned per pixel”. */
export function valueWords(
  { unit, nought, options }: SettingField,
  value: string | number | boolean,
): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return options?.[value] ?? value
  if (value === 0 && nought !== undefined) return nought
  if (unit === undefined) return numbers.format(value)
  return `${numbers.format(value)} ${value === 1 ? unit.replace(/(?<=ch|ss)es$|s$/, '') : unit}`
}

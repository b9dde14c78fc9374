import { language } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'

const counts: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat('en'),
  de: new Intl.NumberFormat('de'),
}

/** 1024 → “1,024”. */
export const formatCount = (count: number): string => counts[language()].format(count)

/** “0.5” as the language writes it: “0,5” in German. */
export const withDecimalMark = (number: string): string =>
  language() === 'de' ? number.replace('.', ',') : number

/** With a fixed number of decimals: “0.50”. */
export const formatFixed = (value: number, decimals: number): string =>
  withDecimalMark(value.toFixed(decimals))

/** A measured value with four significant digits, so that values below each other can be compared; “–” for none. */
export const formatMeasured = (value: number): string =>
  Number.isFinite(value)
    ? withDecimalMark(Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toPrecision(4))
    : '–'

/** An estimated count with three significant digits: 1447 → “1,450”. */
export const formatEstimate = (count: number): string => formatCount(Number(count.toPrecision(3)))

/** “1 image”, “1,024 images”. */
export const formatPlural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** Bytes in decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  const units = [language() === 'de' ? 'Bytes' : 'bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  // 999.5 would be rounded to 1,000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${formatFixed(value, digits)} ${units[unit] ?? 'TB'}`
}

// cspell:ignore unbekannte
/** Seconds as people say them, rounded by less than a tenth: “40 s”, “1 min 40 s”, “12 min”, “3 h 20 min”, “2 d 4 h”. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return language() === 'de' ? 'unbekannte Zeit' : 'unknown time'
  if (Math.round(seconds) < 60) return `${Math.max(0, Math.round(seconds))} s`
  const tens = Math.round(seconds / 10)
  if (tens < 60 && tens % 6 > 0) return `${Math.floor(tens / 6)} min ${10 * (tens % 6)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

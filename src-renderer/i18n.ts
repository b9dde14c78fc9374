import { createI18n } from 'vue-i18n'
import { formatCount } from '#shared/format.ts'
import { en } from '#shared/locales/en/index.ts'
import type { Catalogue } from '#shared/locales/en/index.ts'

/** Every path to a string in the catalogue: `library.empty.title`. */
type PathsOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${PathsOf<T[K]>}`
}[keyof T & string]
export type MessageId = PathsOf<Catalogue>

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } })

/**
 * The string of an id, with its `{placeholders}` filled in; one of “one | many” by `count`, which is written with its
 * thousands separated. Reactive in the locale.
 */
export function t(id: MessageId, values: Record<string, string | number> = {}): string {
  const { count } = values
  if (typeof count !== 'number') return i18n.global.t(id, values)
  return i18n.global.t(id, { ...values, count: formatCount(count) }, count)
}

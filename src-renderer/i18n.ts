import { createI18n } from 'vue-i18n'
import { formatCount } from '#shared/format.ts'
import { languageOf, setLanguage } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import { catalogues } from '#shared/locales/index.ts'
import type { Catalogue } from '#shared/locales/en/index.ts'

/** Every path to a string in the catalogue: `library.empty.title`. */
type PathsOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${PathsOf<T[K]>}`
}[keyof T & string]
export type MessageId = PathsOf<Catalogue>

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: catalogues })

/** Shows everything in a language from now on; numbers and errors too. */
export function showLanguage(language: Language): void {
  setLanguage(language)
  i18n.global.locale.value = language
  if (typeof document !== 'undefined') document.documentElement.lang = language
}

/** The locale of dates: the system's where it is of the shown language. Reactive. */
export function dateLocale(): string | undefined {
  const shown = i18n.global.locale.value
  return languageOf(navigator.language) === shown ? undefined : shown
}

/**
 * The string of an id, with its `{placeholders}` filled in; one of “one | many” by `count`, which is shown with thousands
 * separators. Reactive in the locale.
 */
export function t(id: MessageId, values: Record<string, string | number> = {}): string {
  const { count } = values
  return typeof count === 'number'
    ? i18n.global.t(id, { ...values, count: formatCount(count) }, count)
    : i18n.global.t(id, values)
}

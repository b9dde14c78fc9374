/** The languages of the window, menus, dialogs and errors; the terminal is in English. */
export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

let current: Language = 'en'

/** The language that texts of this process are in; English until `setLanguage`. */
export const language = (): Language => current

export function setLanguage(chosen: Language): void {
  current = chosen
}

/** The variable that tells a process which language its parent speaks. */
export const languageVariable = 'FLOWERBED_LANGUAGE'

/** The language of a locale such as “de-AT”; English for those that have no catalogue. */
export function languageOf(locale: string): Language {
  const [primary] = locale.toLowerCase().split(/[-_]/)
  return languages.find((known) => known === primary) ?? 'en'
}

/** What the user chose, else that of the system. */
export const chosenLanguage = (choice: Language | 'system', systemLocale: string): Language =>
  choice === 'system' ? languageOf(systemLocale) : choice

/** Makes something in a language, such as a report, whatever that of this process is. */
export function inLanguage<Made>(wanted: Language, make: () => Made): Made {
  const before = current
  current = wanted
  try {
    return make()
  } finally {
    current = before
  }
}

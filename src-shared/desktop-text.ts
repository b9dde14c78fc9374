import { formatCount } from '#shared/format.ts'
import { language } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import { desktop as german } from '#shared/locales/de/desktop.ts'
import { desktop } from '#shared/locales/en/desktop.ts'
import { fillBraces } from '#shared/message-format.ts'
import type { NamesIn } from '#shared/message-format.ts'

/** A text, or one for each plural category of `{count}` that English and German have. */
export type DesktopEntry = string | { one: string; other: string }

export type DesktopTextId = keyof typeof desktop
type TextsOf<Entry> = Entry extends string ? Entry : Entry extends object ? Entry[keyof Entry] : never
type ParameterOf<Id extends DesktopTextId> = NamesIn<TextsOf<(typeof desktop)[Id]>>

const catalogues: Record<Language, Record<DesktopTextId, DesktopEntry>> = { en: desktop, de: german }
// English and German have the same rule.
const plurals = new Intl.PluralRules('en')

/**
 * What the processes behind the window say to the user, in the language of this process: menus, dialogs, notices, warnings of
 * runs, reasons of the importer, what is wrong with an input. Errors are `errorText`, strings of the window `t`.
 * @param parameters the values of the text's braces; `count` chooses between singular and plural
 */
export function desktopText<Id extends DesktopTextId>(
  id: Id,
  ...[parameters]: [ParameterOf<Id>] extends [never] ? [] : [Record<ParameterOf<Id>, string | number>]
): string {
  const entry = catalogues[language()][id]
  const values: Partial<Record<string, string | number>> = parameters ?? {}
  const text = typeof entry === 'string' ? entry : entry[categoryOf(Number(values['count']))]
  return fillBraces(text, (name) => {
    const value = values[name]
    return name === 'count' && typeof value === 'number' ? formatCount(value) : value?.toString()
  })
}

const categoryOf = (count: number) => (plurals.select(count) === 'one' ? 'one' : 'other')

/** “a, b or c”. */
export const oneOf = (choices: readonly string[]): string => disjunctions[language()].format(choices)
const disjunctions: Record<Language, Intl.ListFormat> = {
  en: new Intl.ListFormat('en-GB', { type: 'disjunction' }),
  de: new Intl.ListFormat('de', { type: 'disjunction' }),
}

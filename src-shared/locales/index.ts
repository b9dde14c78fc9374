import type { Language } from '#shared/language.ts'
import { de } from './de/index.ts'
import { en } from './en/index.ts'
import type { Catalogue } from './en/index.ts'

/** The window's strings in each language. */
export const catalogues: Record<Language, Catalogue> = { en, de }

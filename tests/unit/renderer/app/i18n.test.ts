// cspell:ignore Bild Bilder

import { afterEach, expect, it } from 'vitest'
import { languages } from '#shared/language.ts'
import { catalogues } from '#shared/locales/index.ts'
import { i18n, showLanguage, t } from '../../../../src-renderer/i18n.ts'

/** Paths and texts of all strings in a part of the catalogue. */
const stringsOf = (part: object, path: string[] = []): [id: string, text: string][] =>
  Object.entries(part).flatMap(([key, value]: [string, object | string]) =>
    typeof value === 'string'
      ? [[[...path, key].join('.'), value] as [string, string]]
      : stringsOf(value, [...path, key]),
  )

afterEach(() => showLanguage('en'))

it.each(languages)(
  'has only strings that compile in %s, with one or two plural forms, trimmed',
  (language) => {
    showLanguage(language)
    const strings = stringsOf(catalogues[language])
    expect(strings.length).toBeGreaterThan(100)
    for (const [id, text] of strings) {
      const forms = text.split(' | ')
      expect(forms.length, id).toBeLessThanOrEqual(2)
      expect(text.trim(), id).toBe(text)
      // Throws for a string that does not compile.
      const shown = i18n.global.t(id, {}, forms.length)
      if (forms.length === 2) expect(shown, id).not.toContain(' | ')
    }
  },
)

it('chooses the plural form by count and separates thousands', () => {
  expect([0, 1, 2, 1024].map((count) => t('common.images', { count }))).toEqual([
    '0 images',
    '1 image',
    '2 images',
    '1,024 images',
  ])
})

it('fills in placeholders as they are, whatever they contain', () => {
  expect(t('library.datasets.open', { name: 'a | b {c} @d' })).toBe('Open a | b {c} @d')
})

it('separates thousands as the language does', () => {
  showLanguage('de')
  expect([1, 1024].map((count) => t('common.images', { count }))).toEqual(['1 Bild', '1.024 Bilder'])
})

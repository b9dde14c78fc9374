import { expect, it } from 'vitest'
import { en } from '#shared/locales/en/index.ts'
import { i18n, t } from '../../../../src-renderer/i18n.ts'

/** Paths and texts of all strings in a part of the catalogue. */
const stringsOf = (part: object, path: string[] = []): [id: string, text: string][] =>
  Object.entries(part).flatMap(([key, value]: [string, object | string]) =>
    typeof value === 'string'
      ? [[[...path, key].join('.'), value] as [string, string]]
      : stringsOf(value, [...path, key]),
  )

it('has only strings that compile, with one or two plural forms and no space at their ends', () => {
  const strings = stringsOf(en)
  expect(strings.length).toBeGreaterThan(100)
  for (const [id, text] of strings) {
    const forms = text.split(' | ')
    expect(forms.length, id).toBeLessThanOrEqual(2)
    expect(text.trim(), id).toBe(text)
    // Throws for a string that does not compile.
    const shown = i18n.global.t(id, {}, forms.length)
    if (forms.length === 2) expect(shown, id).not.toContain(' | ')
  }
})

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

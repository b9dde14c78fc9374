import { describe, expect, it } from 'vitest'
import { desktop as germanDesktop } from '#shared/locales/de/desktop.ts'
import { errors as germanErrors } from '#shared/locales/de/errors.ts'
import germanFields from '#shared/locales/de/settings-fields.json' with { type: 'json' }
import { desktop } from '#shared/locales/en/desktop.ts'
import { errors } from '#shared/locales/en/errors.ts'
import { catalogues } from '#shared/locales/index.ts'
import { presetIds } from '#shared/presets.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import { settingGroups } from '#shared/schemas/setting.ts'

/** Every text of a catalogue by its path. */
const textsOf = (part: object, path: string[] = []): [id: string, text: string][] =>
  Object.entries(part).flatMap(([key, value]: [string, object | string]) =>
    typeof value === 'string'
      ? [[[...path, key].join(' '), value] as [string, string]]
      : textsOf(value, [...path, key]),
  )

/** What a translation must share with the text: placeholders of each plural form, and escapes. */
const skeletonOf = (text: string) =>
  text.split(' | ').map((form) => [...form.matchAll(/\{[^}]*\}/g)].map(([braces]) => braces).toSorted())

const { en, ...others } = catalogues
const translations: [name: string, english: object, translated: object][] = [
  ...Object.entries(others).map(([name, catalogue]): [string, object, object] => [
    `window in ${name}`,
    en,
    catalogue,
  ]),
  ['errors in de', errors, germanErrors],
  ['desktop in de', desktop, germanDesktop],
]

describe.each(translations)('the texts of %s', (_, english, translated) => {
  const [expected, found] = [new Map(textsOf(english)), new Map(textsOf(translated))]

  it('have the keys of English, in its order', () => {
    expect([...found.keys()]).toEqual([...expected.keys()])
  })

  it.each([...expected])('have the placeholders and plural forms of %s', (id, text) => {
    expect(skeletonOf(found.get(id) ?? '')).toEqual(skeletonOf(text))
  })

  it('are not empty and have no spaces at their ends', () => {
    for (const [id, text] of found) {
      expect(text, id).not.toBe('')
      expect(text.trim(), id).toBe(text)
    }
  })
})

describe('the settings in German', () => {
  const fields = settingFields()

  it('are those there are', () => {
    expect(Object.keys(germanFields.fields).toSorted()).toEqual(fields.map(({ key }) => key).toSorted())
    expect(Object.keys(germanFields.groups)).toEqual([...settingGroups])
  })

  it('have the presets and metrics there are', () => {
    expect(Object.keys(germanFields.presets)).toEqual([...presetIds])
    expect(Object.keys(germanFields.metrics)).toEqual(Object.keys(metricLabels))
  })

  it.each(fields)('have the parts of $key', ({ key, unit, zero, most, options }) => {
    const german: { title: string; unit?: string; zero?: string; most?: string; options?: object } =
      germanFields.fields[key]
    expect(german.unit === undefined).toBe(unit === undefined)
    expect(german.zero === undefined).toBe(zero === undefined)
    expect(german.most === undefined).toBe(most === undefined)
    expect(Object.keys(german.options ?? {})).toEqual(Object.keys(options ?? {}))
  })
})

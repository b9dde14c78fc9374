// cspell:ignore Läufe Lauf keinen Schritt unbekannte Zeit braucht einen Namen Dieser

import { afterEach, describe, expect, it } from 'vitest'
import { desktopText, oneOf } from '#shared/desktop-text.ts'
import { errorText, formatErrorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError, serializeError } from '#shared/errors.ts'
import { formatBytes, formatCount, formatDuration } from '#shared/format.ts'
import { chosenLanguage, inLanguage, language, languageOf, setLanguage } from '#shared/language.ts'

afterEach(() => setLanguage('en'))

describe('the language of texts', () => {
  it('is that of a locale, English where there is no catalogue', () => {
    expect(['de', 'de-AT', 'DE_ch', 'en-GB', 'fr', 'den', ''].map(languageOf)).toEqual([
      ...['de', 'de', 'de', 'en', 'en', 'en', 'en'],
    ])
  })

  it('is what was chosen, else that of the system', () => {
    expect(chosenLanguage('system', 'de-DE')).toBe('de')
    expect(chosenLanguage('en', 'de-DE')).toBe('en')
    expect(chosenLanguage('de', 'en-US')).toBe('de')
  })

  it('changes texts, errors, lists and numbers at once', () => {
    const said = () => [
      desktopText('notice.unreadable.run', { count: 1234 }),
      formatErrorText(errorText('run.noCheckpointOfStep', { step: 3, choices: 1 })).message,
      oneOf(['a', 'b']),
      formatCount(1024),
      formatBytes(1500),
      formatDuration(Infinity),
    ]
    const english = said()
    setLanguage('de')
    expect(said()).toEqual([
      '1.234 Läufe',
      'Dieser Lauf hat keinen Checkpoint von Schritt 3.',
      'a oder b',
      '1.024',
      '1,5 kB',
      'unbekannte Zeit',
    ])
    setLanguage('en')
    expect(said()).toEqual(english)
  })

  it('is another only while something is made in it', () => {
    setLanguage('de')
    expect(inLanguage('en', () => formatCount(1024))).toBe('1,024')
    expect(() =>
      inLanguage('en', () => {
        throw new Error('made nothing')
      }),
    ).toThrow('made nothing')
    expect(language()).toBe('de')
  })

  it('is that of the process that shows an error', () => {
    const sent = serializeError(new FlowerbedError('conflict', errorText('run.noName')))
    setLanguage('de')
    expect(deserializeError(sent).message).toBe('Ein Lauf braucht einen Namen.')
  })
})

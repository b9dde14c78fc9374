import { describe, expect, it } from 'vitest'
import { fuzzyScore, fuzzySorted } from '../../../../src-renderer/composables/fuzzy.ts'

const score = (query: string, text: string) => fuzzyScore(query, text) ?? Number.NaN
const sorted = (query: string, texts: string[]) => fuzzySorted(query, texts, (text) => text)

describe('a fuzzy find', () => {
  it('wants all letters in their order', () => {
    expect(fuzzyScore('impf', 'Import folder…')).not.toBeNull()
    expect(fuzzyScore('folder imp', 'Import folder…')).toBeNull()
    expect(fuzzyScore('imports', 'Import folder…')).toBeNull()
  })

  it('does not count case, accents and spaces', () => {
    expect(score('ca fe', 'Blue café')).toBe(score('CAFÉ', 'Blue café'))
    expect(fuzzyScore('cafe', 'Blue café')).not.toBeNull()
  })

  it('refuses letters that are scattered over the text', () => {
    expect(fuzzyScore('sun', 'Pause or resume training')).toBeNull()
  })

  it('finds the best of several places: a word’s start rather than a letter within', () => {
    // The r of “for” comes first.
    expect(score('run', 'for run')).toBeGreaterThan(score('run', 'overrun'))
    expect(sorted('nr', ['Inner', 'New run'])[0]).toBe('New run')
  })

  it('prefers letters in a row, and of equal finds the shorter text', () => {
    expect(sorted('gall', ['Go at large loss', 'Gallery of suns', 'Gallery'])).toEqual([
      'Gallery',
      'Gallery of suns',
      'Go at large loss',
    ])
  })

  it('keeps the order of equal texts, and everything without a query', () => {
    const items = ['b', 'a'].flatMap((id) => [{ id, title: 'Suns' }])
    expect(fuzzySorted('su', items, ({ title }) => title)).toEqual(items)
    expect(sorted('', ['Bb', 'Aa'])).toEqual(['Bb', 'Aa'])
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSameSite, trustOf } from '../../../src-main/app/frame-trust.ts'

const own = 'app://flowerbed/index.html'
const whose = (frame: { url: string; parent: unknown } | null | undefined) => trustOf(() => frame, own)

test('only the main frame of our own page is ours', () => {
  expect(whose({ url: own, parent: null })).toBe('trusted')
  expect(whose({ url: `${own}#/gallery`, parent: null })).toBe('trusted')
  expect(whose({ url: own, parent: {} })).toBe('foreign')
  expect(whose({ url: 'app://elsewhere/index.html', parent: null })).toBe('foreign')
  expect(whose({ url: 'https://flowerbed/index.html', parent: null })).toBe('foreign')
  expect(whose(null)).toBe('foreign')
  expect(whose(undefined)).toBe('foreign')
})

test('a page whose address is not known yet is neither ours nor foreign', () => {
  expect(whose({ url: '', parent: null })).toBe('unknown')
  expect(whose({ url: '', parent: {} })).toBe('foreign')
})

test('a frame that is just going, whose getters throw, is foreign', () => {
  const disposed = () => {
    throw new Error('Render frame was disposed before WebFrameMain could be accessed')
  }
  expect(trustOf(disposed, own)).toBe('foreign')
  expect(whose(Object.defineProperty({ parent: null, url: '' }, 'url', { get: disposed }))).toBe('foreign')
  expect(whose(Object.defineProperty({ parent: null, url: own }, 'parent', { get: disposed }))).toBe(
    'foreign',
  )
})

test('no address whatever makes it throw or is taken for ours', () => {
  for (const odd of ['', ' ', 'about:blank', '//', 'http://', 'app://', 'data:text/html,x', 'C:\\x', '\0'])
    expect(isSameSite(odd, own)).toBe(false)
  fc.assert(fc.property(fc.string(), (text) => !isSameSite(text, own)))
})

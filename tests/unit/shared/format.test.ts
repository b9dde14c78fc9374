import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatPlural } from '#shared/format.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [999.6, '1.0 kB'],
    [1500, '1.5 kB'],
    [999_600, '1.0 MB'],
    [230_000_000, '230 MB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatDuration', () => {
  it.each([
    [-3, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [3599, '1 h'],
    [12_000, '3 h 20 min'],
    [187_200, '2 d 4 h'],
    [Infinity, 'unknown time'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

it('names one image and many', () => {
  expect(formatPlural(1, 'image')).toBe('1 image')
  expect(formatPlural(1024, 'image')).toBe('1,024 images')
})

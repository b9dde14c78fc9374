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
    [64, '1 min'],
    [98, '1 min 40 s'],
    [594, '9 min 50 s'],
    [596, '10 min'],
    [3599, '1 h'],
    [12_000, '3 h 20 min'],
    [187_200, '2 d 4 h'],
    [Infinity, 'unknown time'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('is never off by a tenth', () => {
    const inSeconds = { s: 1, min: 60, h: 3600, d: 86_400 }
    for (let seconds = 5; seconds < 200_000; seconds *= 1.01) {
      const said = [...formatDuration(seconds).matchAll(/(\d+) (s|min|h|d)/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * inSeconds[unit as keyof typeof inSeconds],
        0,
      )
      expect(Math.abs(said / seconds - 1)).toBeLessThanOrEqual(0.1)
    }
  })
})

it('names one image and many', () => {
  expect(formatPlural(1, 'image')).toBe('1 image')
  expect(formatPlural(1024, 'image')).toBe('1,024 images')
})

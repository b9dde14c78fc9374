import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { encodePng, pngText, readPng } from '../../../../src-main/engine/images/png.ts'

const image = (channels: 1 | 3 | 4) => ({
  ...{ width: 5, height: 3, channels, count: 1 },
  pixels: Uint8Array.from({ length: 15 * channels }, (_, i) => (i * 37) % 256),
})

describe('encodePng', () => {
  it.each([1, 3, 4] as const)('keeps the pixels of %i channels and the text', (channels) => {
    const bytes = encodePng(image(channels), { text: { Software: 'Flowerbed', about: 'a, b' } })
    expect(readPng(bytes)).toEqual(image(channels))
    expect(decode(bytes, { checkCrc: true }).depth).toBe(8)
    expect(pngText(bytes, 'Software')).toBe('Flowerbed')
    expect(pngText(bytes, 'about')).toBe('a, b')
  })

  it('enlarges pixels', () => {
    const { width, height, pixels } = readPng(encodePng(image(1), { enlarge: 2 }))
    expect([width, height]).toEqual([10, 6])
    expect([pixels[0], pixels[1], pixels[10], pixels[11], pixels[2]]).toEqual([0, 0, 0, 0, 37])
  })
})

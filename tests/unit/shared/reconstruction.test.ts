import { describe, expect, it } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { contrastOf, reconstructionGrade, relativeError } from '#shared/reconstruction.ts'

const side = 32
const image = (colour: (x: number, y: number) => number[]): PixelBatch => ({
  ...{ height: side, width: side, channels: 3, count: 1 },
  pixels: Uint8Array.from(
    Array.from({ length: side * side }, (_, i) => colour(i % side, Math.floor(i / side))).flat(),
  ),
})
const rms = (a: PixelBatch, b: PixelBatch) =>
  Math.sqrt(
    a.pixels.reduce((sum, value, k) => sum + (value - (b.pixels[k] ?? 0)) ** 2, 0) / a.pixels.length,
  ) / 255
const gradeOf = (original: PixelBatch, reconstruction: PixelBatch) =>
  reconstructionGrade(relativeError(rms(original, reconstruction), contrastOf(original, 0)))

const distance = (x: number, y: number) => Math.hypot(x - 15.5, y - 15.5)
/** A small yellow sun on white. */
const sun = image((x, y) => (distance(x, y) < 2.5 ? [250, 200, 30] : [255, 255, 255]))
/** What a poor model makes of it: light grey, without an edge. */
const smudge = image((x, y) => Array<number>(3).fill(255 - Math.max(0, 60 - 7 * distance(x, y))))

describe('the grade of a reconstruction', () => {
  it('is not that of a white background', () => {
    // By the RMS difference alone it was “very close”.
    expect(rms(sun, smudge)).toBeLessThan(0.08)
    expect(gradeOf(sun, smudge)).toBe('different')
    expect(gradeOf(sun, sun)).toBe('identical')
  })

  it('is the same however much background there is', () => {
    const half = (border: number) => {
      const of = (inner: number) =>
        image((x) => (x < border ? [255, 255, 255] : x % 2 === 0 ? [inner, inner, inner] : [0, 0, 0]))
      return relativeError(rms(of(200), of(180)), contrastOf(of(200), 0))
    }
    // A share of the pixels that differ, over the same share of those that are not white.
    expect(half(16)).toBeLessThan(0.2)
    expect(half(28)).toBeLessThan(0.2)
  })

  it('is in units of the contrast: as far as one flat colour is 1', () => {
    const grey = image((x) => (x < 16 ? [0, 0, 0] : [200, 200, 200]))
    const flat = image(() => [100, 100, 100])
    expect(contrastOf(grey, 0)).toBeCloseTo(100 / 255, 6)
    expect(relativeError(rms(grey, flat), contrastOf(grey, 0))).toBeCloseTo(1, 6)
    expect(contrastOf(flat, 0)).toBe(0)
    expect(relativeError(0, 0)).toBe(0)
    // Of a flat image, a difference that can be seen counts in full.
    expect(
      gradeOf(
        flat,
        image(() => [110, 110, 110]),
      ),
    ).toBe('different')
  })

  it('takes the image that it is asked about', () => {
    const two = {
      ...sun,
      count: 2,
      pixels: Uint8Array.from([...image(() => [7, 7, 7]).pixels, ...sun.pixels]),
    }
    expect(contrastOf(two, 0)).toBe(0)
    expect(contrastOf(two, 1)).toBe(contrastOf(sun, 0))
  })

  it.each([
    [0.05, 'identical'],
    [0.1, 'veryClose'],
    [0.3, 'close'],
    [0.5, 'rough'],
    [0.7, 'different'],
  ])('of the relative error %d is %s', (relative, grade) => {
    expect(reconstructionGrade(relative)).toBe(grade)
  })
})

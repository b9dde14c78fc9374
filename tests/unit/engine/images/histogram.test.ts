import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { histogramDistance, pixelHistogram } from '../../../../src-main/engine/images/histogram.ts'

const batch = (pixels: number[], channels: PixelBatch['channels'] = 1): PixelBatch => ({
  ...{ height: 1, width: pixels.length / channels, channels, count: 1 },
  pixels: Uint8Array.from(pixels),
})

it('counts each channel by itself, as shares', () => {
  const shares = pixelHistogram(batch([0, 255, 127, 10, 255, 128], 3), 2)
  expect(shares).toEqual([
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ])
})

it('measures how far brightness has to be moved', () => {
  const of = (...pixels: number[]) => pixelHistogram(batch(pixels), 32)
  expect(histogramDistance(of(0, 0), of(0, 0))).toBe(0)
  // From the first bin to the last: 31 of 32 bins.
  expect(histogramDistance(of(0), of(255))).toBeCloseTo(31 / 32)
  expect(histogramDistance(of(0, 0), of(0, 255))).toBeCloseTo(31 / 64)
  expect(histogramDistance(of(0), of(8))).toBeCloseTo(1 / 32)
})

it('has shares that add up to 1 and a symmetric distance', () => {
  const images = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(images, images, (one, other) => {
      const [a, b] = [pixelHistogram(batch(one), 32), pixelHistogram(batch(other), 32)]
      expect(a[0]!.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
      expect(histogramDistance(a, b)).toBeCloseTo(histogramDistance(b, a))
      expect(histogramDistance(a, b)).toBeLessThanOrEqual(31 / 32 + 1e-9)
    }),
    { seed: 1 },
  )
})

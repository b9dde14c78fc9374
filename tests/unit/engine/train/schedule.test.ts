import fc from 'fast-check'
import { expect, test } from 'vitest'
import { learningRateAt } from '../../../../src-main/engine/train/schedule.ts'

const config = { learningRate: 0.01, schedule: 'constant' as const, warmup: 10, steps: 110 }

test('a warm-up grows in equal steps and ends at the full rate', () => {
  expect(learningRateAt(config, 1)).toBeCloseTo(0.001, 12)
  expect(learningRateAt(config, 5)).toBeCloseTo(0.005, 12)
  expect(learningRateAt(config, 10)).toBe(0.01)
  expect(learningRateAt(config, 110)).toBe(0.01)
  expect(learningRateAt({ ...config, warmup: 0 }, 1)).toBe(0.01)
})

test('a cosine is at half of the rate half-way and nearly nought at the last step', () => {
  const cosine = { ...config, schedule: 'cosine' as const }
  expect(learningRateAt(cosine, 11)).toBeCloseTo(0.01, 12)
  expect(learningRateAt(cosine, 61)).toBeCloseTo(0.005, 12)
  expect(learningRateAt(cosine, 110)).toBeLessThan(1e-5)
})

test('never negative, never above the rate, whatever the settings', () => {
  fc.assert(
    fc.property(
      fc.record({
        learningRate: fc.double({ min: 1e-7, max: 1, noNaN: true }),
        schedule: fc.constantFrom('constant' as const, 'cosine' as const),
        warmup: fc.nat(2000),
        steps: fc.integer({ min: 1, max: 1000 }),
      }),
      fc.integer({ min: 1, max: 5000 }),
      (settings, step) => {
        const rate = learningRateAt(settings, step)
        expect(rate).toBeGreaterThanOrEqual(0)
        expect(rate).toBeLessThanOrEqual(settings.learningRate)
      },
    ),
  )
})

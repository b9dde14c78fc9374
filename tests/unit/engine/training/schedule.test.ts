import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isPreviewDue,
  learningRateAt,
  limitRise,
  schedulePosition,
} from '../../../../src-main/engine/training/schedule.ts'

const config = { learningRate: 0.01, schedule: 'constant' as const, warmup: 10, steps: 110 }

test('a warm-up rises in equal steps and ends at the full rate', () => {
  expect(learningRateAt(config, 1)).toBeCloseTo(0.001, 12)
  expect(learningRateAt(config, 5)).toBeCloseTo(0.005, 12)
  expect(learningRateAt(config, 10)).toBe(0.01)
  expect(learningRateAt(config, 110)).toBe(0.01)
  expect(learningRateAt({ ...config, warmup: 0 }, 1)).toBe(0.01)
})

test('a cosine is at half of the rate halfway and nearly zero at the last step', () => {
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

test('a run that minutes end follows its time, one that steps end its steps alone', () => {
  const timed = { ...config, schedule: 'cosine' as const, warmup: 0, epochs: 0, minutes: 2 }
  const rate = (seconds: number, step: number, limits = timed) =>
    learningRateAt(limits, step, schedulePosition(limits, { step, trainedSeconds: seconds }))
  expect(rate(0, 1)).toBe(0.01)
  expect(rate(60, 2)).toBeCloseTo(0.005, 12)
  expect(rate(119.9, 3)).toBeLessThan(1e-7)
  expect(rate(500, 3)).toBe(0)
  // Whichever is further.
  expect(rate(1, 100)).toBe(learningRateAt(timed, 100))
  const untimed = { ...timed, minutes: 0 }
  for (const seconds of [0, 1, 1e9]) expect(rate(seconds, 7, untimed)).toBe(learningRateAt(untimed, 7))
  // Twice the time: the rate of the share that is then done.
  expect(rate(60, 2, { ...timed, minutes: 4 })).toBeCloseTo(0.01 * 0.5 * (1 + Math.SQRT1_2), 12)
})

test('after the warm-up it never rises, however long the steps take', () => {
  fc.assert(
    fc.property(
      fc.record({
        learningRate: fc.double({ min: 1e-7, max: 1, noNaN: true }),
        schedule: fc.constantFrom('constant' as const, 'cosine' as const),
        warmup: fc.nat(20),
        steps: fc.integer({ min: 1, max: 1000 }),
        epochs: fc.constant(0),
        minutes: fc.double({ min: 0, max: 10, noNaN: true }),
      }),
      fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1, maxLength: 100 }),
      (settings, durations) => {
        let trainedSeconds = 0
        const rates = durations.map((seconds, i) => {
          const position = schedulePosition(settings, { step: i + 1, trainedSeconds })
          trainedSeconds += seconds
          return learningRateAt(settings, i + 1, position)
        })
        const decaying = rates.slice(settings.warmup)
        decaying.forEach((rate, i) => expect(rate).toBeLessThanOrEqual(decaying[i - 1] ?? Infinity))
      },
    ),
  )
})

test('a rate that jumps up rises in steps of the warm-up, one that falls falls at once', () => {
  const settings = { learningRate: 0.01, warmup: 10 }
  expect(limitRise(settings, 0.008, 0)).toBeCloseTo(0.001, 12)
  expect(limitRise(settings, 0.008, 0.0075)).toBe(0.008)
  expect(limitRise(settings, 0.002, 0.008)).toBe(0.002)
  expect(limitRise(settings, 0.008, null)).toBe(0.008)
  expect(limitRise({ ...settings, warmup: 0 }, 0.008, 0)).toBe(0.008)
})

test('the warm-up itself never rises faster', () => {
  for (let step = 1; step <= 110; step++) {
    const rate = learningRateAt(config, step)
    expect(limitRise(config, rate, step === 1 ? 0 : learningRateAt(config, step - 1))).toBeCloseTo(rate, 12)
  }
})

test('previews are due at steps that double, until the interval takes over', () => {
  expect(previewSteps({ sampleEvery: 100, warmup: 0 })).toEqual([1, 2, 4, 8, 16, 32, 64])
  expect(previewSteps({ sampleEvery: 64, warmup: 0 })).toEqual([1, 2, 4, 8, 16, 32])
  expect(previewSteps({ sampleEvery: 1, warmup: 0 })).toEqual([])
  expect(previewSteps({ sampleEvery: 0, warmup: 0 })).toEqual([])
})

test('the first preview waits until the rates of a warm-up add up to half a step at the full rate', () => {
  for (const warmup of [1, 2, 10, 50, 100, 1000]) {
    const [first] = previewSteps({ sampleEvery: 10_000, warmup }) as [number]
    const fullSteps = (steps: number) => {
      const rates = Array.from({ length: steps }, (_, i) => Math.min(1, (i + 1) / warmup))
      return rates.reduce((sum, rate) => sum + rate, 0)
    }
    expect(fullSteps(first)).toBeGreaterThanOrEqual(0.5)
    if (first > 1) expect(fullSteps(first / 2)).toBeLessThan(0.5)
  }
  expect(previewSteps({ sampleEvery: 50, warmup: 50 })).toEqual([8, 16, 32])
})

const previewSteps = (settings: { sampleEvery: number; warmup: number }) =>
  [...Array(1000).keys()].filter((step) => step > 0 && isPreviewDue(settings, step))

import { describe, expect, it, test } from 'vitest'
import { chosenSettings } from '#shared/automatic-settings.ts'
import { chosenByTime, stepsWanted, widths } from '#shared/budget-settings.ts'
import type { TimeBudget } from '#shared/budget-settings.ts'
import { costOfBatch, stepSeconds } from '#shared/step-cost.ts'
import type { KnownSpeed } from '#shared/step-cost.ts'

/** Operations take no time here, so that a step's time is its FLOPs. */
const speed: KnownSpeed = {
  measured: { device: 'one', flopsPerSecond: 1e9, secondsPerOperation: 0 },
  correction: 1,
}
const config = { hidden: 32, batch: 32, learningRate: 0.002 }
/** Steps of the width 16 take a second. */
const budget = (seconds: number, changes: Partial<TimeBudget> = {}): TimeBudget => ({
  ...{ seconds, config, speed },
  widths: widths.map((hidden) => ({ hidden, cost: { flops: 1e9 * (hidden / 16) ** 2, operations: 0 } })),
  ...changes,
})
const chosen = (seconds: number, changes: Partial<TimeBudget> = {}) =>
  Object.fromEntries(chosenByTime(budget(seconds, changes)).map(({ key, value }) => [key, value]))
/** The time that holds just enough steps of a width. */
const enough = (hidden: number) => (stepsWanted[hidden] ?? NaN) * (hidden / 16) ** 2

describe('what is chosen by the time', () => {
  it('is the widest network of which the time holds enough steps', () => {
    for (const [i, hidden] of widths.entries()) {
      expect(chosen(enough(hidden))['hidden']).toBe(hidden)
      if (i > 0) expect(chosen(enough(hidden) * 0.99)['hidden']).toBe(widths[i - 1])
    }
  })

  it('is the narrowest where nothing is enough, and nothing where no width is known', () => {
    expect(chosen(0.001)).toEqual({ hidden: widths[0] })
    expect(chosen(1, { widths: [] })).toEqual({})
  })

  it('is wider on a faster device, by the speed as real runs correct it', () => {
    const time = enough(32)
    const twice = { ...speed, correction: 2 }
    expect(chosen(time, { speed: twice })['hidden']).toBeLessThan(32)
    expect(chosen(2 * time, { speed: twice })['hidden']).toBe(32)
  })

  it('is larger batches at a higher learning rate where the time holds more steps than are of use', () => {
    const widest = widths.at(-1) ?? NaN
    const stepsOfWidest = (steps: number) => chosen(steps * (widest / 16) ** 2)
    expect(stepsOfWidest(30_000)).toEqual({ hidden: widest })
    expect(stepsOfWidest(31_000)).toEqual({ hidden: widest, batch: 64, learningRate: 0.0028 })
    expect(stepsOfWidest(1e9)).toEqual({ hidden: widest, batch: 256, learningRate: 0.0057 })
  })
})

test('only the preset auto chooses by the time, and leaves what is changed by hand', () => {
  const images = { shape: { height: 28, width: 28 }, count: 60_000 }
  const keys = (preset: string, changes: Record<string, unknown> = {}) =>
    chosenSettings(preset, changes, { images, budget: budget(1e12) }).map(({ key }) => key)
  expect(keys('auto')).toEqual(['patch', 'hidden', 'batch', 'learningRate'])
  expect(keys('auto', { hidden: 8, batch: 4 })).toEqual(['patch', 'learningRate'])
  expect(keys('balanced')).toEqual(['patch'])
  expect(keys('ladder-1-vanilla')).toEqual([])
  expect(chosenSettings('auto', {}, { images, budget: null }).map(({ key }) => key)).toEqual(['patch'])
})

test('a step takes the time of its arithmetic and of its operations, as real runs correct it', () => {
  const cost = { flops: 3e9, operations: 1000 }
  const measured = { device: 'one', flopsPerSecond: 1e9, secondsPerOperation: 1e-3 }
  expect(stepSeconds(cost, { measured, correction: 1 })).toBeCloseTo(4)
  expect(stepSeconds(cost, { measured, correction: 2 })).toBeCloseTo(8)
  expect(stepSeconds(costOfBatch(cost, 2), { measured, correction: 1 })).toBeCloseTo(7)
})

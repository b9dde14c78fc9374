import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TimeBudget } from '../../../../src-main/engine/sampling/time-budget.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

/** Work that takes so many ms. */
const lasting = (ms: number) => () => vi.advanceTimersByTime(ms)

describe('slices of a sampling', () => {
  it('begin with one step, and then hold as many as take a quarter of a second', () => {
    const slices = new TimeBudget()
    expect(slices.size(50)).toBe(1)
    slices.measure(1, lasting(10))
    expect(slices.size(50)).toBe(25)
    slices.measure(25, lasting(500))
    expect(slices.size(50)).toBe(12)
  })

  it('hold no more than is left, and never nothing', () => {
    const slices = new TimeBudget()
    slices.measure(1, lasting(0))
    expect(slices.size(7)).toBe(7)
    slices.measure(7, lasting(70_000))
    expect(slices.size(7)).toBe(1)
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TimeBudget } from '../../../../src-main/engine/sampling/time-budget.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

/** Work that takes so many ms. */
const lasting = (ms: number) => () => vi.advanceTimersByTime(ms)

describe('budget of a sampling', () => {
  it('begin with one step, and then hold as many as take a quarter of a second', () => {
    const budget = new TimeBudget()
    expect(budget.size(50)).toBe(1)
    budget.measure(1, lasting(10))
    expect(budget.size(50)).toBe(25)
    budget.measure(25, lasting(500))
    expect(budget.size(50)).toBe(12)
  })

  it('hold no more than is left, and never nothing', () => {
    const budget = new TimeBudget()
    budget.measure(1, lasting(0))
    expect(budget.size(7)).toBe(7)
    budget.measure(7, lasting(70_000))
    expect(budget.size(7)).toBe(1)
  })
})

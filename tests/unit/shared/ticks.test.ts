import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, formatValue, logTicks, niceTicks, tickLabels } from '#shared/plot/ticks.ts'

describe('ticks', () => {
  it('are round, within the range and neither few nor many', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 20 }),
        (min, span, count) => {
          const ticks = niceTicks({ min, max: min + span }, count)
          expect(ticks.length).toBeLessThanOrEqual(count + 1)
          expect(ticks.every((t) => t >= min - span * 1e-6 && t <= min + span * (1 + 1e-6))).toBe(true)
        },
      ),
    )
    expect(niceTicks({ min: 0.031, max: 0.052 }, 4)).toEqual([0.04, 0.05])
  })

  it('of a log scale are decades, then parts of them, then even', () => {
    const values = (min: number, max: number): number[] =>
      logTicks({ min: Math.log10(min), max: Math.log10(max) }, 5).map((t) => Number((10 ** t).toPrecision(6)))
    expect(values(0.0005, 20)).toEqual([0.001, 0.01, 0.1, 1, 10])
    expect(values(0.9, 30)).toEqual([1, 2, 5, 10, 20])
    expect(values(0.031, 0.034)).toEqual([0.031, 0.032, 0.033, 0.034])
  })

  it('are labelled with as many decimals as they need', () => {
    expect(tickLabels([0, 0.5, 1], false)).toEqual(['0', '0.5', '1.0'])
    expect(tickLabels([100, 200], false)).toEqual(['100', '200'])
    expect(tickLabels([-3, -1, 0, 2], true)).toEqual(['0.001', '0.1', '1', '100'])
  })
})

describe('words', () => {
  it.each([
    [0, '0'],
    [0.032149, '0.03215'],
    [12.7, '12.7'],
    [3.1e-7, '3.10e-7'],
    [12_345.6, '12,346'],
    [NaN, '–'],
  ])('%d is %s', (value, text) => {
    expect(formatValue(value)).toBe(text)
  })

  it.each([
    [0, 10, '0'],
    [30, 10, '30 s'],
    [90, 30, '1:30 min'],
    [300, 60, '5 min'],
    [4800, 600, '1:20 h'],
    [7200, 3600, '2 h'],
    [3605, 5, '1:00:05'],
    [172_800, 86_400, '2 d'],
  ])('%d s by %d is %s', (seconds, increment, text) => {
    expect(formatTime(seconds, increment)).toBe(text)
  })
})

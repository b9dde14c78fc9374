import { describe, expect, it } from 'vitest'
import { comparedWidths, keptWidths, widthRange } from '#shared/weight-averaging.ts'
import {
  averageShare,
  combineProfiles,
  exponentOf,
  profileProduct,
} from '../../../../src-main/engine/model/power-average.ts'
import type { PowerProfile } from '../../../../src-main/engine/model/power-average.ts'

/** The share of step `t` in the average at step `end`, by the decays of all steps. */
function shareAt(t: number, { end, exponent }: PowerProfile): number {
  let share = averageShare(t, exponent)
  for (let later = t + 1; later <= end; later++) share *= 1 - averageShare(later, exponent)
  return share
}
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

/** Snapshots of both kept averages at even distances, and the averages at the end. */
const snapshots = (end: number, interval: number): PowerProfile[] =>
  [...Array.from({ length: Math.ceil(end / interval) - 1 }, (_, i) => (i + 1) * interval), end].flatMap(
    (at) => keptWidths.map((width) => ({ end: at, exponent: exponentOf(width) })),
  )

describe('the exponent of a width', () => {
  it('is the paper’s for its two widths', () => {
    expect(exponentOf(0.05)).toBeCloseTo(16.97, 2)
    expect(exponentOf(0.1)).toBeCloseTo(6.94, 2)
  })
  it.each([widthRange.min, 0.05, 0.17, widthRange.max])('gives a profile of width %f', (width) => {
    const exponent = exponentOf(width)
    // Mean and variance of the density (γ + 1) t^γ on [0, 1].
    const mean = (exponent + 1) / (exponent + 2)
    const variance = (exponent + 1) / (exponent + 3) - mean ** 2
    expect(Math.sqrt(variance)).toBeCloseTo(width, 10)
    expect(exponent).toBeGreaterThan(0)
  })
  it('does not exist for a width beyond that of equal weights', () => {
    for (const width of [0, -1, NaN, 1 / Math.sqrt(12)]) expect(() => exponentOf(width)).toThrow(RangeError)
  })
})

describe('the shares of steps in their average', () => {
  it('take all of the first step', () => {
    expect(averageShare(1, 16.97)).toBe(1)
  })
  it('give each step the integral of the profile over it', () => {
    const profile = { end: 50, exponent: exponentOf(0.1) }
    const power = profile.exponent + 1
    for (const t of [1, 2, 25, 49, 50])
      expect(shareAt(t, profile)).toBeCloseTo((t ** power - (t - 1) ** power) / 50 ** power, 12)
    expect(sum(Array.from({ length: 50 }, (_, i) => shareAt(i + 1, profile)))).toBeCloseTo(1, 12)
  })
})

describe('the product of two profiles', () => {
  it.each([
    [40, 0.05, 40, 0.1],
    [40, 0.05, 70, 0.1],
    [70, 0.2, 40, 0.1],
  ])('is the integral of their densities (%f, %f; %f, %f)', (endA, widthA, endB, widthB) => {
    const a = { end: endA, exponent: exponentOf(widthA) }
    const b = { end: endB, exponent: exponentOf(widthB) }
    const density = ({ end, exponent }: PowerProfile, t: number) =>
      t > end ? 0 : ((exponent + 1) / end) * (t / end) ** exponent
    const count = 40_000
    const width = Math.min(endA, endB) / count
    const integral = sum(
      Array.from({ length: count }, (_, i) => density(a, (i + 0.5) * width) * density(b, (i + 0.5) * width)),
    )
    expect(profileProduct(a, b) / (integral * width)).toBeCloseTo(1, 5)
    expect(profileProduct(b, a)).toBe(profileProduct(a, b))
  })
})

describe('combining snapshots', () => {
  it.each(keptWidths.flatMap((width) => [320, 1000].map((end) => [width, end] as const)))(
    'reproduces a kept average (width %f at step %i)',
    (width, end) => {
      const known = snapshots(1000, 32)
      const at = end === 1000 ? end : 320
      const { factors, error } = combineProfiles({ end: at, exponent: exponentOf(width) }, known)
      expect(error).toBeLessThan(1e-6)
      const own = known.findIndex((one) => one.end === at && one.exponent === exponentOf(width))
      factors.forEach((factor, i) => expect(factor).toBeCloseTo(i === own ? 1 : 0, 4))
    },
  )

  it.each([16, 24, 32].flatMap((count) => comparedWidths.map((width) => [count, width] as const)))(
    'comes near any width that is compared, from %i snapshots (%f)',
    (count, width) => {
      const known = snapshots(1000, 1000 / count)
      const { factors, error } = combineProfiles({ end: 1000, exponent: exponentOf(width) }, known)
      expect(sum(factors)).toBeCloseTo(1, 9)
      expect(error).toBeLessThan(width < 0.05 ? 0.15 : 0.03)
      // Rounding of snapshots is not multiplied beyond use.
      expect(sum(factors.map(Math.abs))).toBeLessThan(width < 0.03 ? 60 : 20)
    },
  )

  it('says the error that the shares of all steps have', () => {
    const [end, width] = [400, 0.15]
    const known = snapshots(end, 100)
    const wanted = { end, exponent: exponentOf(width) }
    const { factors, error } = combineProfiles(wanted, known)
    const steps = Array.from({ length: end }, (_, i) => i + 1)
    const exact = steps.map((t) => shareAt(t, wanted))
    const found = steps.map((t) =>
      sum(known.map((one, i) => (t > one.end ? 0 : factors[i]! * shareAt(t, one)))),
    )
    const norm = (values: number[]) => Math.sqrt(sum(values.map((value) => value ** 2)))
    expect(norm(exact.map((value, i) => value - found[i]!)) / norm(exact)).toBeCloseTo(error, 2)
    expect(error).toBeGreaterThan(1e-3)
  })

  it('refuses two of the same', () => {
    const one = { end: 10, exponent: 7 }
    expect(() => combineProfiles({ end: 10, exponent: 3 }, [one, one])).toThrow(RangeError)
  })
})

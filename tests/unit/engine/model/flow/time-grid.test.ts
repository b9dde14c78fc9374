import { describe, expect, it } from 'vitest'
import { timeGridNames } from '#shared/schemas/sampling.ts'
import { timeGrid } from '../../../../../src-main/engine/model/flow/time-grid.ts'

const counts = Array.from({ length: 60 }, (_, i) => i + 1)
const shifts = [0.1, 0.5, 1, 3, 10]
const directions = [
  [1, 0],
  [0, 1],
] as const
const sizes = (steps: { dt: number }[]) => steps.map(({ dt }) => Math.abs(dt))

it('divides the time evenly', () => {
  expect(timeGrid({ steps: 4, from: 1, to: 0 })).toEqual([1, 0.75, 0.5, 0.25].map((t) => ({ t, dt: -0.25 })))
})

describe.each(timeGridNames.filter((name) => name !== 'auto'))('the %s grid', (grid) => {
  it('goes from end to end in steps of one direction, each where the last one ended', () => {
    for (const [from, to] of directions) {
      for (const steps of counts) {
        for (const shift of shifts) {
          const times = timeGrid({ steps, from, to, grid, shift })
          expect(times).toHaveLength(steps)
          expect(times[0]!.t).toBe(from)
          times.forEach(({ t, dt }, i) => {
            expect(dt * (to - from)).toBeGreaterThan(0)
            expect(t + dt).toBeCloseTo(times[i + 1]?.t ?? to, 14)
          })
        }
      }
    }
  })

  it('has the same times in both directions', () => {
    const there = timeGrid({ steps: 7, from: 0, to: 1, grid, shift: 3 }).map(({ t, dt }) => t + dt)
    const back = timeGrid({ steps: 7, from: 1, to: 0, grid, shift: 3 }).map(({ t }) => t)
    back.reverse().forEach((t, i) => expect(t).toBeCloseTo(there[i]!, 14))
  })
})

it('is finer near the data when quadratic', () => {
  const times = sizes(timeGrid({ steps: 9, from: 1, to: 0, grid: 'quadratic' }))
  expect(times).toEqual([...times].sort((a, b) => b - a))
  expect(times[0]! / times.at(-1)!).toBeCloseTo(17, 10)
})

it('is moved towards the noise by a shift above 1, towards the data by one below, and stays as it is at 1', () => {
  const [high, low] = [3, 1 / 3].map((shift) =>
    sizes(timeGrid({ steps: 9, from: 1, to: 0, grid: 'shift', shift })),
  )
  expect(high).toEqual([...high!].sort((a, b) => a - b))
  expect(low).toEqual([...low!].sort((a, b) => b - a))
  // t = 3·½ / (1 + 2·½)
  expect(timeGrid({ steps: 2, from: 1, to: 0, grid: 'shift', shift: 3 })[1]!.t).toBeCloseTo(0.75, 15)
  timeGrid({ steps: 5, from: 1, to: 0, grid: 'shift', shift: 1 }).forEach(({ t }, i) =>
    expect(t).toBeCloseTo(1 - i / 5, 14),
  )
})

it('goes from σ = 5 to 0.06 with 8 steps when narrow, and further out with more', () => {
  const sigmas = (steps: number) => {
    const inner = timeGrid({ steps, from: 1, to: 0, grid: 'narrow' }).slice(1)
    return inner.map(({ t }) => t / (1 - t))
  }
  expect(sigmas(2)).toEqual([expect.closeTo(5 / 4 ** (5 / 3), 10)])
  const [few, more] = [sigmas(8), sigmas(16)]
  expect([few[0], few.at(-1)]).toEqual([expect.closeTo(5, 10), expect.closeTo(0.06, 10)])
  expect([more[0], more.at(-1)]).toEqual([expect.closeTo(5 * 2 ** (5 / 3), 10), expect.closeTo(0.03, 10)])
  // Even in the square root.
  const roots = few.map(Math.sqrt)
  expect(roots[1]! - roots[0]!).toBeCloseTo(roots[6]! - roots[5]!, 10)
})

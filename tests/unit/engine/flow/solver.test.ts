import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SolverName } from '#contract/drawing.ts'
import { integrate, tableaus, timeGrid } from '../../../../src-main/engine/flow/solver.ts'
import type { Slope } from '../../../../src-main/engine/flow/solver.ts'
import { loadTensorFlow } from '../../../../src-main/engine/runtime/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const solvers = Object.keys(tableaus) as SolverName[]
const one = () => tf.ones<tf.Rank.R4>([1, 1, 1, 1])
const valueOf = (x: Tensor4D) => x.dataSync()[0] ?? NaN

/** dx/dt = 4·t·x, whose solution is x(t) = x(0)·exp(2t²). */
const slope: Slope = (x, t) => x.mul(t.reshape([-1, 1, 1, 1]).mul(4))

/** Slope of the line through the points, by least squares. */
function regression(points: [number, number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map((p) => p[0])), mean(points.map((p) => p[1]))]
  const over = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0)
  return over / points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0)
}

describe.each(solvers)('%s', (solver) => {
  it('has the order its tableau declares, both ways', () => {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const exact = Math.exp(2 * (to ** 2 - from ** 2))
      // Few steps for a high order, whose error would else drown in the rounding of float32.
      const counts = tableaus[solver].order > 2 ? [6, 8, 10, 12, 16] : [16, 24, 32, 48, 64]
      const points = counts.map((steps): [number, number] => {
        const error = Math.abs(valueOf(integrate({ solver, slope, x: one(), steps, from, to })) - exact)
        return [Math.log(1 / steps), Math.log(error)]
      })
      expect(Math.abs(regression(points) - tableaus[solver].order)).toBeLessThan(0.35)
    }
  })

  it('has a tableau that is whole: rows sum to c, weights to 1', () => {
    const { a, b, c } = tableaus[solver]
    const sum = (row: number[]) => row.reduce((total, value) => total + value, 0)
    expect(sum(b)).toBeCloseTo(1, 12)
    expect(a.map(sum)).toEqual(c)
  })

  it('never asks for a time outside of [0, 1]', () => {
    const times: number[] = []
    const watched: Slope = (x, t) => {
      times.push(t.dataSync()[0] ?? NaN)
      return x
    }
    integrate({ solver, slope: watched, x: one(), steps: 7 })
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0)
    expect(times[0]).toBe(1)
  })

  it('leaves nothing on the device but the answer', () => {
    const x = one()
    const before = tf.memory().numTensors
    integrate({ solver, slope, x, steps: 3 }).dispose()
    expect(tf.memory().numTensors).toBe(before)
    expect(valueOf(x)).toBe(1)
  })
})

it('ends early when the caller throws', () => {
  let steps = 0
  const stop = () => {
    if (++steps === 2) throw new Error('enough')
  }
  expect(() => integrate({ solver: 'euler', slope, x: one(), steps: 9, onStep: stop })).toThrow('enough')
  expect(steps).toBe(2)
})

it('divides the time evenly', () => {
  expect(timeGrid({ steps: 4, from: 1, to: 0 })).toEqual([1, 0.75, 0.5, 0.25].map((t) => ({ t, dt: -0.25 })))
})

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { dopri5Error, integrate, tableaus } from '../../../../../src-main/engine/model/flow/solver.ts'
import type { Slope, TableauName } from '../../../../../src-main/engine/model/flow/solver.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const solvers = Object.keys(tableaus) as TableauName[]
const one = () => tf.ones<tf.Rank.R4>([1, 1, 1, 1])
const valueOf = (x: Tensor4D) => x.dataSync()[0] ?? NaN

const over = (t: tf.Tensor1D) => t.reshape<Tensor4D>([-1, 1, 1, 1])

/** dx/dt = 4·t·x: from 1 to 0 it shrinks by exp(2), and with it the rounding of float32. */
const slope: Slope = (x, t) => x.mul(over(t).mul(4))
/** The same from 0 to 1. */
const mirrored: Slope = (x, t) => x.mul(over(t).sub(1).mul(4))

/** Slope of the line through the points, by least squares. */
function regression(points: [number, number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map((p) => p[0])), mean(points.map((p) => p[1]))]
  const over = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0)
  return over / points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0)
}

describe.each(solvers)('%s', (solver) => {
  it('has the order its tableau declares, in both directions', () => {
    for (const [from, to, shrinking] of [
      [0, 1, mirrored],
      [1, 0, slope],
    ] as const) {
      // Few steps for a high order, whose error would else drown in the rounding of float32.
      const counts = { 5: [5, 6, 7, 8, 10], 4: [6, 8, 10, 12, 16] }[tableaus[solver].order] ?? [
        16, 24, 32, 48, 64,
      ]
      const points = counts.map((steps): [number, number] => {
        const end = integrate({ solver, slope: shrinking, x: one(), steps, from, to })
        return [Math.log(1 / steps), Math.log(Math.abs(valueOf(end) - Math.exp(-2)))]
      })
      expect(Math.abs(regression(points) - tableaus[solver].order)).toBeLessThan(0.35)
    }
  })

  it('has a tableau that is whole: rows sum to c, weights to 1', () => {
    const { a, b, c } = tableaus[solver]
    const sum = (row: number[]) => row.reduce((total, value) => total + value, 0)
    expect(sum(b)).toBeCloseTo(1, 12)
    a.map(sum).forEach((total, i) => expect(total).toBeCloseTo(c[i]!, 12))
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

it('measures the error of dopri5 by weights that cancel out on a straight line', () => {
  expect(dopri5Error.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0, 15)
  // So do slopes proportional to t, t² and t³: the embedded method is of order four.
  const { c } = tableaus.dopri5
  for (const power of [1, 2, 3]) {
    const moment = [...c, 1].reduce((sum, at, i) => sum + dopri5Error[i]! * at ** power, 0)
    expect(moment).toBeCloseTo(0, 14)
  }
  const fourth = [...c, 1].reduce((sum, at, i) => sum + dopri5Error[i]! * at ** 4, 0)
  expect(Math.abs(fourth)).toBeGreaterThan(1e-4)
})

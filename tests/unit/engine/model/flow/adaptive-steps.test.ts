import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adaptiveSteps } from '../../../../../src-main/engine/model/flow/adaptive-steps.ts'
import type { AdaptiveCalls, TakenStep } from '../../../../../src-main/engine/model/flow/adaptive-steps.ts'
import { embeddedStep, integrate, tableaus } from '../../../../../src-main/engine/model/flow/solver.ts'
import type { Slope } from '../../../../../src-main/engine/model/flow/solver.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const over = (t: Tensor1D) => t.reshape<Tensor4D>([-1, 1, 1, 1])

/** dx/dt = (sin 8t²)'·x, whose solution is x(t) = x(0)·exp(sin 8t²): slow near the data, fast near the noise. */
const turning: Slope = (x, t) =>
  x.mul(
    tf
      .cos(tf.square(over(t)).mul(8))
      .mul(over(t))
      .mul(16),
  )
const exactly = (t: number) => Math.exp(Math.sin(8 * t ** 2))

function callsOf(slope: Slope, tolerance: number): AdaptiveCalls & { evaluations: number } {
  const image = (x: Float32Array) => tf.tensor4d(x, [x.length, 1, 1, 1])
  const counted: Slope = (x, t) => {
    calls.evaluations++
    return slope(x, t)
  }
  const calls = {
    evaluations: 0,
    slope: (x: Float32Array, t: number) =>
      tf.tidy(() => counted(image(x), tf.fill([x.length], t)).dataSync<'float32'>()),
    attempt: ({ x, first, t, dt }: { x: Float32Array; first: Float32Array; t: number; dt: number }) =>
      tf.tidy(() => {
        const answer = embeddedStep({
          slope: counted,
          x: image(x),
          first: image(first),
          t: tf.scalar(t),
          dt: tf.scalar(dt),
          tolerance: tf.scalar(tolerance),
        })
        return {
          x: answer.x.dataSync<'float32'>(),
          slope: answer.slope.dataSync<'float32'>(),
          error: answer.error.dataSync<'float32'>(),
        }
      }),
  }
  return calls
}

function solve(options: {
  slope: Slope
  tolerance: number
  x?: number[]
  from?: number
  to?: number
  images?: number
}) {
  const { slope, tolerance, x = [1], from = 0, to = 1, images = x.length } = options
  const calls = callsOf(slope, tolerance)
  const steps = [...adaptiveSteps({ calls, x: Float32Array.from(x), from, to, tolerance, images })]
  const told = steps.reduce((sum, { evaluations }) => sum + evaluations, 0)
  return {
    steps,
    x: steps.at(-1)!.next,
    evaluations: calls.evaluations,
    told,
    taken: steps.filter(({ dt }) => dt !== 0),
  }
}

const endOf = (steps: TakenStep[]) => steps.at(-1)!.t + steps.at(-1)!.dt

describe('dopri5', () => {
  it.each([
    [0, 1],
    [1, 0],
  ])('integrates from %i to %i with an error that falls with the tolerance', (from, to) => {
    // The largest on the path, since the last one may be small by chance.
    const errors = [1e-2, 1e-3, 1e-4, 1e-5].map((tolerance) => {
      const { taken } = solve({ slope: turning, tolerance, x: [exactly(from)], from, to })
      expect(endOf(taken)).toBeCloseTo(to, 14)
      taken.forEach(({ t, dt }, i) => expect(t + dt).toBeCloseTo(taken[i + 1]?.t ?? to, 14))
      return Math.max(...taken.map(({ t, dt, next }) => Math.abs(next[0]! - exactly(t + dt))))
    })
    // The tolerance is per step; errors of several steps add up.
    expect(errors.at(-1)).toBeLessThan(1e-4)
    errors.slice(1).forEach((error, i) => expect(error).toBeLessThan(errors[i]!))
  })

  it('evaluates the network less often than fixed steps of the same error', () => {
    const { x, evaluations } = solve({ slope: turning, tolerance: 1e-3 })
    const error = Math.abs(x[0]! - exactly(1))
    const fixed = (solver: 'heun' | 'rk4', steps: number) => {
      const end = integrate({ solver, slope: turning, x: tf.ones([1, 1, 1, 1]), steps, from: 0, to: 1 })
      return Math.abs(end.dataSync()[0]! - exactly(1))
    }
    for (const solver of ['heun', 'rk4'] as const) {
      const steps = Math.ceil(evaluations / tableaus[solver].c.length)
      expect(fixed(solver, steps), `${solver} at as many evaluations`).toBeGreaterThan(error)
    }
  })

  it('counts every evaluation, also of rejected steps', () => {
    const { steps, evaluations, told } = solve({ slope: turning, tolerance: 1e-4 })
    expect(steps.some(({ dt }) => dt === 0)).toBe(true)
    expect(told).toBe(evaluations)
    expect(evaluations).toBe(6 * steps.length + 2)
  })

  it('takes the steps of the image that needs the smallest, but none for padding', () => {
    // The first image changes slowly, the second fast.
    const apart: Slope = (x, t) => {
      const [calm] = tf.split(x, 2, 0) as [Tensor4D, Tensor4D]
      const [, tWild] = tf.split(over(t), 2, 0) as [Tensor4D, Tensor4D]
      return tf.concat([calm.mul(-1), tf.sin(tWild.mul(60)).mul(60)], 0)
    }
    const both = solve({ slope: apart, tolerance: 1e-3, x: [1, 0] })
    const first = solve({ slope: apart, tolerance: 1e-3, x: [1, 0], images: 1 })
    expect(both.steps.length).toBeGreaterThan(3 * first.steps.length)
    expect(both.x[0]).toBeCloseTo(Math.exp(-1), 3)
    expect(both.x[1]).toBeCloseTo(1 - Math.cos(60), 1)
    expect(first.x[0]).toBeCloseTo(Math.exp(-1), 3)
  })

  it('crosses a straight path in few steps', () => {
    const { x, taken } = solve({
      slope: (at) => tf.onesLike(at).mul(2),
      tolerance: 1e-3,
      x: [1],
      from: 1,
      to: 0,
    })
    expect(x[0]).toBeCloseTo(-1, 5)
    expect(taken.length).toBeLessThan(5)
  })

  it('computes a frame between two steps by a separate step, without changing the path', () => {
    const { taken } = solve({ slope: turning, tolerance: 1e-4 })
    const step = taken[3]!
    expect(step.advance(step.dt / 3)[0]).toBeCloseTo(exactly(step.t + step.dt / 3), 4)
    expect(step.next[0]).toBeCloseTo(exactly(step.t + step.dt), 4)
  })

  it('ends before a time that no solution reaches', () => {
    const nowhere = solve({ slope: (x) => x.mul(NaN), tolerance: 1e-3 })
    expect(nowhere.taken).toHaveLength(0)
    expect(nowhere.steps.length).toBeLessThan(20)
    // 1 / (0.5 − t) is undefined beyond t = 0.5.
    const pole = solve({ slope: (x, t) => tf.onesLike(x).div(tf.square(over(t).sub(0.5))), tolerance: 1e-3 })
    expect(endOf(pole.taken)).toBeLessThan(0.5)
  })
})

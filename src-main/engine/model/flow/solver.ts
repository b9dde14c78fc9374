import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { multistepSolver } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { timeGrid } from './time-grid.ts'

/** The Butcher tableau of an explicit Runge–Kutta method: stage i is at c[i] with weights a[i]; b weights the step. */
export interface Tableau {
  order: number
  a: number[][]
  b: number[]
  c: number[]
}

/** The one-step solvers. */
export type TableauName = Exclude<SolverName, typeof multistepSolver>

export const tableaus: Record<TableauName, Tableau> = {
  euler: { order: 1, a: [[]], b: [1], c: [0] },
  midpoint: { order: 2, a: [[], [0.5]], b: [0, 1], c: [0, 0.5] },
  heun: { order: 2, a: [[], [1]], b: [0.5, 0.5], c: [0, 1] },
  rk4: {
    order: 4,
    a: [[], [0.5], [0, 0.5], [0, 0, 1]],
    b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    c: [0, 0.5, 0.5, 1],
  },
  // Dormand and Prince 1980, RK5(4)7M, without its seventh stage, which only the error estimate needs.
  dopri5: {
    order: 5,
    a: [
      [],
      [1 / 5],
      [3 / 40, 9 / 40],
      [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    ],
    b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
  },
}

/** Weights of the seven slopes of `dopri5` in its error: the fifth order's less the embedded fourth order's. */
export const dopri5Error = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]

/** The slope dx/dt at a point, for x `[n, h, w, c]` and t `[n]`. */
export type Slope = (x: Tensor4D, t: Tensor1D) => Tensor4D

/**
 * One step of size `dt` (negative from latent to data) of dx/dt = v(x, t). t and dt are scalar tensors, so that one traced
 * step serves all times.
 * @returns x at t + dt, like x
 */
export function solverStep(options: {
  tableau: Tableau
  slope: Slope
  x: Tensor4D
  t: Tensor
  dt: Tensor
}): Tensor4D {
  const { tableau, x, dt } = options
  return tf.tidy(() => combine({ x, slopes: computeStages(options), weights: tableau.b, dt }))
}

/** A step with an estimate of its error. */
export interface EmbeddedStep {
  /** x at t + dt. */
  x: Tensor4D
  /** v(x, t + dt), the first slope of the next step. */
  slope: Tensor4D
  /** Per image `[n]`: root mean square of the error relative to the tolerance; a step is accepted up to 1. */
  error: Tensor1D
}

/**
 * One step of Dormand and Prince's 5(4) pair with local extrapolation. The tolerance of each value is tolerance·(1 + |x|)
 * (Hairer, Nørsett and Wanner 1993, II.4). It takes six evaluations, the first slope being given.
 */
export function embeddedStep(options: {
  slope: Slope
  x: Tensor4D
  /** v(x, t). */
  first: Tensor4D
  t: Tensor
  dt: Tensor
  tolerance: Tensor
}): EmbeddedStep {
  const { slope, x, first, t, dt, tolerance } = options
  return tf.tidy(() => {
    const tableau = tableaus.dopri5
    const slopes = computeStages({ tableau, slope, x, t, dt, first })
    const next = combine({ x, slopes, weights: tableau.b, dt })
    const last = slope(next, timesAt({ x, t, dt, c: 1 }))
    const difference = combine({ x: tf.zerosLike(x), slopes: [...slopes, last], weights: dopri5Error, dt })
    const allowed = tf.maximum(tf.abs(x), tf.abs(next)).add(1).mul(tolerance)
    const error = tf.sqrt(tf.mean<Tensor1D>(tf.square(difference.div(allowed)), [1, 2, 3]))
    return { x: next, slope: last, error }
  })
}

/** The slopes of all stages; `first` where it has been computed already. */
function computeStages(options: {
  tableau: Tableau
  slope: Slope
  x: Tensor4D
  t: Tensor
  dt: Tensor
  first?: Tensor4D
}): Tensor4D[] {
  const { tableau, slope, x, t, dt, first } = options
  const slopes: Tensor4D[] = first ? [first] : []
  tableau.c.slice(slopes.length).forEach((c) => {
    const at = combine({ x, slopes, weights: tableau.a[slopes.length] ?? [], dt })
    slopes.push(slope(at, timesAt({ x, t, dt, c })))
  })
  return slopes
}

/** t + c·dt for every image, clamped to [0, 1], the times of training, which rounding might leave. */
function timesAt(options: { x: Tensor4D; t: Tensor; dt: Tensor; c: number }): Tensor1D {
  const { x, t, dt, c } = options
  const time = tf.minimum(1, tf.maximum(0, t.add(dt.mul(c))))
  return tf.tile<Tensor1D>(time.reshape([1]), [x.shape[0]])
}

function combine(options: { x: Tensor4D; slopes: Tensor4D[]; weights: number[]; dt: Tensor }): Tensor4D {
  const { x, slopes, weights, dt } = options
  return slopes.reduce<Tensor4D>((sum, slope, i) => {
    const weight = weights[i] ?? 0
    return weight === 0 ? sum : sum.add(slope.mul(dt.mul(weight)))
  }, x)
}

/**
 * Integrates in equal steps from `from` to `to` (1 → 0 samples, 0 → 1 encodes). The caller disposes the result. `onStep`
 * may throw to end it early.
 */
export function integrate(options: {
  solver: TableauName
  slope: Slope
  x: Tensor4D
  steps: number
  from?: number
  to?: number
  onStep?: (done: number) => void
}): Tensor4D {
  const { solver, slope, steps, from = 1, to = 0, onStep } = options
  const tableau = tableaus[solver]
  let x = options.x.clone()
  timeGrid({ steps, from, to }).forEach(({ t, dt }, i) => {
    const previous = x
    const next = tf.tidy(() =>
      solverStep({ tableau, slope, x: previous, t: tf.scalar(t), dt: tf.scalar(dt) }),
    )
    x.dispose()
    x = next
    onStep?.(i + 1)
  })
  return x
}

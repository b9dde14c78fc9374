import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { SolverName } from '#contract/drawing.ts'

/** An explicit Runge–Kutta method: stage i starts at c[i] and mixes earlier slopes by a[i]; b mixes all into the step. */
export interface Tableau {
  order: number
  a: number[][]
  b: number[]
  c: number[]
}

export const tableaus: Record<SolverName, Tableau> = {
  euler: { order: 1, a: [[]], b: [1], c: [0] },
  midpoint: { order: 2, a: [[], [0.5]], b: [0, 1], c: [0, 0.5] },
  heun: { order: 2, a: [[], [1]], b: [0.5, 0.5], c: [0, 1] },
  rk4: {
    order: 4,
    a: [[], [0.5], [0, 0.5], [0, 0, 1]],
    b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    c: [0, 0.5, 0.5, 1],
  },
}

/** The slope dx/dt at a point, for x `[n, h, w, c]` and t `[n]`. */
export type Slope = (x: Tensor4D, t: Tensor1D) => Tensor4D

/**
 * One step of size `dt` (negative on the way from latent to data) of dx/dt = v(x, t). Time and size are scalar tensors,
 * so that a traced step serves every time.
 * @returns x at t + dt, like x
 */
export function solverStep(options: {
  tableau: Tableau
  slope: Slope
  x: Tensor4D
  t: Tensor
  dt: Tensor
}): Tensor4D {
  const { tableau, slope, x, t, dt } = options
  return tf.tidy(() => {
    const slopes: Tensor4D[] = []
    tableau.c.forEach((c, i) => {
      const at = mix({ x, slopes, weights: tableau.a[i] ?? [], dt })
      // Rounding must not push the time outside of what the network has seen.
      const time = tf.minimum(1, tf.maximum(0, t.add(dt.mul(c))))
      slopes.push(slope(at, tf.tile<Tensor1D>(time.reshape([1]), [x.shape[0]])))
    })
    return mix({ x, slopes, weights: tableau.b, dt })
  })
}

function mix(options: { x: Tensor4D; slopes: Tensor4D[]; weights: number[]; dt: Tensor }): Tensor4D {
  const { x, slopes, weights, dt } = options
  return slopes.reduce<Tensor4D>((sum, slope, i) => {
    const weight = weights[i] ?? 0
    return weight === 0 ? sum : sum.add(slope.mul(dt.mul(weight)))
  }, x)
}

/** The times of `steps` equal steps from `from` to `to`, as pairs of start and size. */
export function timeGrid(options: { steps: number; from: number; to: number }): { t: number; dt: number }[] {
  const { steps, from, to } = options
  const dt = (to - from) / steps
  return Array.from({ length: steps }, (_, i) => ({ t: from + i * dt, dt }))
}

/**
 * Integrates from `from` to `to` (1 → 0 draws, 0 → 1 encodes); the answer is the caller's to dispose. `onStep` may throw
 * to end it early.
 */
export function integrate(options: {
  solver: SolverName
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

/** An accepted step, or a rejected one, which is tried again smaller (then `dt` is 0 and `next` is `x`). */
export interface TakenStep {
  t: number
  dt: number
  x: Float32Array
  next: Float32Array
  evaluations: number
  /** x at t + part, by a separate step from this one's start. */
  advance: (part: number) => Float32Array
}

/** The network's evaluations in an adaptive solver, on flat values of any number of images. */
export interface AdaptiveCalls {
  /** v(x, t). */
  slope: (x: Float32Array, t: number) => Float32Array
  /** `embeddedStep`; one error per image. */
  attempt: (point: { x: Float32Array; first: Float32Array; t: number; dt: number }) => {
    x: Float32Array
    slope: Float32Array
    error: Float32Array
  }
}

/** Attempts after which the solver ends early; smooth networks need a few dozen. */
const maxAttempts = 2000
/** A step below float32's resolution of t. */
const minSize = 1e-8

const order = 5
const attemptEvaluations = 6

/**
 * Integrates from `from` to `to` in the largest steps that `tolerance` allows, each chosen by the errors of the previous
 * two (PI step size control; Hairer, Nørsett and Wanner 1993, II.4, with the constants of their DOPRI5). All images take
 * the steps of the one that needs the smallest. Ends before `to` after 2000 attempts or when its step size vanishes.
 */
export function* adaptiveSteps(options: {
  calls: AdaptiveCalls
  x: Float32Array
  from: number
  to: number
  tolerance: number
  /** Number of images whose errors count; the rest is padding. */
  images?: number
}): Generator<TakenStep> {
  const { calls, from, to, tolerance, images } = options
  const direction = Math.sign(to - from)
  let { x } = options
  let t = from
  let first = calls.slope(x, t)
  let size = chooseFirstSize({ calls, x, first, from, direction, tolerance })
  let previousError = 1e-4
  let rejected = false
  for (let attempt = 0; attempt < maxAttempts && t !== to && size > minSize; attempt++) {
    const left = Math.abs(to - t)
    // A remainder below 1 % of the step is taken with it.
    const dt = direction * (size * 1.01 >= left ? left : size)
    const start = { x, first, t }
    const attempted = calls.attempt({ ...start, dt })
    const error = findMaxError(attempted.error, images)
    // The two evaluations before the first step are counted with it.
    const evaluations = attemptEvaluations + (attempt === 0 ? 2 : 0)
    const advance = (part: number) => calls.attempt({ ...start, dt: part }).x
    if (error <= 1) {
      yield { t, dt, x, next: attempted.x, evaluations, advance }
      t = Math.abs(dt) === left ? to : t + dt
      x = attempted.x
      first = attempted.slope
      size = Math.abs(dt) * stepFactor({ error, previousError, max: rejected ? 1 : 10 })
      previousError = Math.max(error, 1e-4)
    } else {
      yield { t, dt: 0, x, next: x, evaluations, advance }
      size = Math.abs(dt) * (Number.isFinite(error) ? stepFactor({ error, previousError: 1, max: 1 }) : 0.2)
    }
    rejected = !(error <= 1)
  }
}

/** The factor of the next step size, at least a fifth. */
function stepFactor({
  error,
  previousError,
  max,
}: {
  error: number
  previousError: number
  max: number
}): number {
  const beta = 0.04
  const factor = 0.9 * Math.max(error, 1e-10) ** (-1 / order + 0.75 * beta) * previousError ** beta
  return Math.min(max, Math.max(0.2, factor))
}

function findMaxError(errors: Float32Array, images = errors.length): number {
  const counted = errors.subarray(0, images)
  return counted.some((error) => !Number.isFinite(error)) ? Infinity : Math.max(...counted)
}

/** An initial step size from the slope and its derivative (Hairer, Nørsett and Wanner 1993, II.4, page 169). */
function chooseFirstSize(options: {
  calls: AdaptiveCalls
  x: Float32Array
  first: Float32Array
  from: number
  direction: number
  tolerance: number
}): number {
  const { calls, x, first, from, direction, tolerance } = options
  const norm = (value: (i: number) => number) => {
    let sum = 0
    for (let i = 0; i < x.length; i++) sum += (value(i) / (tolerance * (1 + Math.abs(x[i] ?? 0)))) ** 2
    return Math.sqrt(sum / x.length)
  }
  const d0 = norm((i) => x[i] ?? 0)
  const d1 = norm((i) => first[i] ?? 0)
  const small = Math.min(0.1, d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1)
  const probe = x.map((value, i) => value + direction * small * (first[i] ?? 0))
  const slope = calls.slope(probe, from + direction * small)
  const d2 = norm((i) => (slope[i] ?? 0) - (first[i] ?? 0)) / small
  const curvature = Math.max(d1, d2)
  const size = curvature <= 1e-15 ? Math.max(1e-6, small * 1e-3) : (0.01 / curvature) ** (1 / order)
  const limited = Math.min(100 * small, size, 1)
  // Values that are not finite are reported by the first attempt, not here.
  return Number.isFinite(limited) ? limited : 0.1
}

/** A step that was taken, or given up and to be tried smaller (then `dt` is 0 and `next` is `x`). */
export interface TakenStep {
  t: number
  dt: number
  x: Float32Array
  next: Float32Array
  evaluations: number
  /** x at t + part, by a step of its own from this one's start. */
  advance: (part: number) => Float32Array
}

/** The network's part in an adaptive solver, on flat values of as many images as it likes. */
export interface AdaptiveCalls {
  /** v(x, t). */
  slope: (x: Float32Array, t: number) => Float32Array
  /** `embeddedStep`; one error an image. */
  attempt: (point: { x: Float32Array; first: Float32Array; t: number; dt: number }) => {
    x: Float32Array
    slope: Float32Array
    error: Float32Array
  }
}

/** Attempts after which a sampling is given up; smooth networks need a few dozen. */
const maxAttempts = 2000
/** A step that cannot be told from none in float32. */
const minSize = 1e-8

const order = 5
const attemptEvaluations = 6

/**
 * Goes from `from` to `to` in steps as large as `tolerance` allows, each chosen by the errors of the two before (PI control;
 * Hairer, Nørsett and Wanner 1993, II.4, with the constants of their DOPRI5). All images take the steps of the one that
 * needs the smallest. Ends early, short of `to`, when it does not get there in 2000 attempts or its steps come to nought.
 */
export function* adaptiveSteps(options: {
  calls: AdaptiveCalls
  x: Float32Array
  from: number
  to: number
  tolerance: number
  /** Whose errors count: the first so many, what follows is padding. */
  images?: number
}): Generator<TakenStep> {
  const { calls, from, to, tolerance, images } = options
  const way = Math.sign(to - from)
  let { x } = options
  let t = from
  let first = calls.slope(x, t)
  let size = firstSize({ calls, x, first, from, way, tolerance })
  let before = 1e-4
  let rejected = false
  for (let attempt = 0; attempt < maxAttempts && t !== to && size > minSize; attempt++) {
    const left = Math.abs(to - t)
    // A sliver is not left for a step of its own.
    const dt = way * (size * 1.01 >= left ? left : size)
    const start = { x, first, t }
    const tried = calls.attempt({ ...start, dt })
    const error = worst(tried.error, images)
    // The two evaluations before the first step are told with it.
    const evaluations = attemptEvaluations + (attempt === 0 ? 2 : 0)
    const advance = (part: number) => calls.attempt({ ...start, dt: part }).x
    if (error <= 1) {
      yield { t, dt, x, next: tried.x, evaluations, advance }
      t = Math.abs(dt) === left ? to : t + dt
      x = tried.x
      first = tried.slope
      size = Math.abs(dt) * factor({ error, before, most: rejected ? 1 : 10 })
      before = Math.max(error, 1e-4)
    } else {
      yield { t, dt: 0, x, next: x, evaluations, advance }
      size = Math.abs(dt) * (Number.isFinite(error) ? factor({ error, before: 1, most: 1 }) : 0.2)
    }
    rejected = !(error <= 1)
  }
}

/** How much longer the next step may be, never less than a fifth. */
function factor({ error, before, most }: { error: number; before: number; most: number }): number {
  const beta = 0.04
  const wanted = 0.9 * Math.max(error, 1e-10) ** (-1 / order + 0.75 * beta) * before ** beta
  return Math.min(most, Math.max(0.2, wanted))
}

function worst(errors: Float32Array, images = errors.length): number {
  const counted = errors.subarray(0, images)
  return counted.some((error) => !Number.isFinite(error)) ? Infinity : Math.max(...counted)
}

/** A first size from the slope and how fast it turns, as Hairer, Nørsett and Wanner propose (II.4, page 169). */
function firstSize(options: {
  calls: AdaptiveCalls
  x: Float32Array
  first: Float32Array
  from: number
  way: number
  tolerance: number
}): number {
  const { calls, x, first, from, way, tolerance } = options
  const norm = (value: (i: number) => number) => {
    let sum = 0
    for (let i = 0; i < x.length; i++) sum += (value(i) / (tolerance * (1 + Math.abs(x[i] ?? 0)))) ** 2
    return Math.sqrt(sum / x.length)
  }
  const d0 = norm((i) => x[i] ?? 0)
  const d1 = norm((i) => first[i] ?? 0)
  const small = Math.min(0.1, d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1)
  const probe = x.map((value, i) => value + way * small * (first[i] ?? 0))
  const slope = calls.slope(probe, from + way * small)
  const d2 = norm((i) => (slope[i] ?? 0) - (first[i] ?? 0)) / small
  const curved = Math.max(d1, d2)
  const size = curved <= 1e-15 ? Math.max(1e-6, small * 1e-3) : (0.01 / curved) ** (1 / order)
  const wanted = Math.min(100 * small, size, 1)
  // Values that are not numbers are told by the first attempt, not here.
  return Number.isFinite(wanted) ? wanted : 0.1
}

/**
 * Averages of weights by power functions, and averages of other widths from snapshots of them: Karras et al. 2024, “Analyzing
 * and improving the training dynamics of diffusion models”, section 3 and appendix C. Numbers only.
 */

/** An average at step `end` whose weights grow as t^exponent. */
export interface PowerProfile {
  end: number
  exponent: number
}

/** The width of the average in which all steps weigh the same; profiles are narrower. */
const widestWidth = 1 / Math.sqrt(12)

/**
 * The exponent γ of the profile of a width σ, the largest root of γ³ + 7γ² + (16 − σ⁻²)γ + 12 − σ⁻² (appendix C.1), by the
 * cosine of a third of an angle: all three roots are real.
 * @throws RangeError for a width outside (0, 1/√12)
 */
export function exponentOf(width: number): number {
  if (!(width > 0 && width < widestWidth)) throw new RangeError(`width: ${width}`)
  const inverse = width ** -2
  const [square, linear, constant] = [7, 16 - inverse, 12 - inverse]
  const p = linear - square ** 2 / 3
  const q = (2 * square ** 3) / 27 - (square * linear) / 3 + constant
  const angle = Math.acos(((3 * q) / (2 * p)) * Math.sqrt(-3 / p))
  return 2 * Math.sqrt(-p / 3) * Math.cos(angle / 3) - square / 3
}

/** The share of step `step`'s weights (1 is the first) in their average: 1 − β(t) = 1 − (1 − 1/t)^(γ + 1). */
export const averageShare = (step: number, exponent: number): number =>
  -Math.expm1((exponent + 1) * Math.log1p(-1 / step))

/** ∫ p(t) q(t) dt of the densities p(t) = (γ + 1) t^γ / end^(γ + 1) on [0, end] of two profiles (appendix C.3). */
export function profileProduct(a: PowerProfile, b: PowerProfile): number {
  const [first, last] = a.end <= b.end ? [a, b] : [b, a]
  const scale = ((first.exponent + 1) * (last.exponent + 1)) / (first.exponent + last.exponent + 1)
  return (scale / last.end) * (first.end / last.end) ** last.exponent
}

/** How a profile is made of others: `factors[i]` of the i-th, and the root mean square error relative to the profile. */
export interface Combination {
  factors: number[]
  error: number
}

/**
 * The least-squares combination of known profiles for another one (algorithm 3), among those whose factors sum to 1, so that
 * weights that never changed are reproduced.
 * @throws RangeError when two of the known profiles are the same
 */
export function combineProfiles(wanted: PowerProfile, known: readonly PowerProfile[]): Combination {
  const norms = known.map((profile) => Math.sqrt(profileProduct(profile, profile)))
  const normOf = (i: number) => norms[i] as number
  const products = known.map((a, i) =>
    Float64Array.from(known, (b, j) => profileProduct(a, b) / normOf(i) / normOf(j)),
  )
  const solve = choleskySolver(products)
  const toWanted = known.map((profile, i) => profileProduct(profile, wanted) / normOf(i))
  const free = solve(toWanted)
  const ones = solve(norms.map((norm) => 1 / norm))
  const sumOf = (values: number[]) => values.reduce((sum, value, i) => sum + value / normOf(i), 0)
  // Lagrange's multiplier of the sum.
  const multiplier = (1 - sumOf(free)) / sumOf(ones)
  const scaled = free.map((value, i) => value + multiplier * (ones[i] as number))
  return {
    factors: scaled.map((value, i) => value / normOf(i)),
    error: relativeError(
      wanted,
      known,
      scaled.map((value, i) => value / normOf(i)),
    ),
  }
}

function relativeError(wanted: PowerProfile, known: readonly PowerProfile[], factors: number[]): number {
  const own = profileProduct(wanted, wanted)
  const all = [wanted, ...known]
  const signed = [-1, ...factors]
  let square = 0
  for (const [i, a] of all.entries())
    for (const [j, b] of all.entries())
      square += (signed[i] as number) * (signed[j] as number) * profileProduct(a, b)
  return Math.sqrt(Math.max(0, square) / own)
}

/** Solves A x = b for a symmetric positive definite A by Cholesky's decomposition. */
function choleskySolver(matrix: readonly Float64Array[]): (right: number[]) => number[] {
  const lower = matrix.map((row) => row.slice())
  const at = (i: number, j: number) => (lower[i] as Float64Array)[j] as number
  const size = matrix.length
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let rest = at(i, j)
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k)
      if (i === j && !(rest > 0)) throw new RangeError(`pivot ${j}: ${rest}`)
      ;(lower[i] as Float64Array)[j] = i === j ? Math.sqrt(rest) : rest / at(j, j)
    }
  }
  return (right) => {
    const x = [...right]
    const value = (i: number) => x[i] as number
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) x[i] = value(i) - at(i, k) * value(k)
      x[i] = value(i) / at(i, i)
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) x[i] = value(i) - at(k, i) * value(k)
      x[i] = value(i) / at(i, i)
    }
    return x
  }
}

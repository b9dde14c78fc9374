/** Earlier rounds that a step looks back on. */
const depth = 3

/** One round: where an iteration was, and what was left there. */
interface Round {
  z: Float64Array
  residual: Float64Array
}

/**
 * The steps of a fixed-point iteration z + residual(z) with Anderson's acceleration (Walker and Ni 2011, type II): of the
 * last rounds' residuals the combination that is least is taken, and the step is made from the same combination of their z.
 */
export class AndersonSteps {
  private readonly rounds: Round[] = []

  /** The next z, given the last one and its residual, all of one length. */
  next(z: Float32Array, residual: Float32Array): Float32Array {
    const now = { z: Float64Array.from(z), residual: Float64Array.from(residual) }
    this.rounds.push(now)
    if (this.rounds.length > depth + 1) this.rounds.shift()
    const changes = this.rounds.slice(1).map((round, i) => changeOf(this.rounds[i] ?? round, round))
    const weights = leastSquares(
      changes.map((change) => change.residual),
      now.residual,
    )
    return z.map((value, k) =>
      changes.reduce(
        (sum, change, i) => sum - (weights[i] ?? 0) * ((change.z[k] ?? 0) + (change.residual[k] ?? 0)),
        value + (residual[k] ?? 0),
      ),
    )
  }
}

const changeOf = (from: Round, to: Round): Round => ({
  z: to.z.map((value, k) => value - (from.z[k] ?? 0)),
  residual: to.residual.map((value, k) => value - (from.residual[k] ?? 0)),
})

/** Keeps the equations solvable where two columns are nearly the same; a share of their diagonal. */
const ridge = 1e-6

/** The weights of the columns whose sum is nearest to the target; zeros where there is no such sum. */
function leastSquares(columns: Float64Array[], target: Float64Array): number[] {
  const rows = columns.map((column, i) => [
    ...columns.map((other, j) => dot(column, other) * (i === j ? 1 + ridge : 1)),
    dot(column, target),
  ])
  // Gauss-Jordan elimination without pivots: the matrix is positive definite.
  for (const [i, pivotRow] of rows.entries()) {
    const pivot = pivotRow[i] ?? 0
    for (const [r, row] of rows.entries()) {
      if (r === i) continue
      const factor = (row[i] ?? 0) / pivot
      pivotRow.forEach((value, c) => (row[c] = (row[c] ?? 0) - factor * value))
    }
  }
  const weights = rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 0))
  return weights.every(Number.isFinite) ? weights : weights.map(() => 0)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}

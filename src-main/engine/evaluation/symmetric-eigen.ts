/** Eigenvalues of a symmetric matrix, largest first, and their eigenvectors as the rows of a matrix. */
export interface Eigen {
  values: Float64Array
  vectors: Float64Array
}

const maxSweeps = 60

/**
 * Eigen-decomposition of a symmetric matrix `[n, n]` by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations,
 * 8.5): exact to rounding, for n up to some hundred.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix)
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const at = (i: number, j: number) => a[i * n + j] ?? 0
  const scale = a.reduce((sum, each) => sum + each * each, 0)
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += at(p, q) ** 2
    if (off <= 1e-30 * scale) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) if (at(p, q) !== 0) rotate(a, v, { n, p, q })
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => at(j, j) - at(i, i))
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n))
  return { values: Float64Array.from(order, (i) => at(i, i)), vectors }
}

/** The rotation of rows and columns p and q that makes their common element zero; rows of `v` follow. */
function rotate(a: Float64Array, v: Float64Array, { n, p, q }: { n: number; p: number; q: number }): void {
  const at = (i: number, j: number) => a[i * n + j] ?? 0
  const theta = (at(q, q) - at(p, p)) / (2 * at(p, q))
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const [left, right] = [at(k, p), at(k, q)]
    a[k * n + p] = c * left - s * right
    a[k * n + q] = s * left + c * right
  }
  for (let k = 0; k < n; k++) {
    const [upper, lower] = [at(p, k), at(q, k)]
    a[p * n + k] = c * upper - s * lower
    a[q * n + k] = s * upper + c * lower
    const [first, second] = [v[p * n + k] ?? 0, v[q * n + k] ?? 0]
    v[p * n + k] = c * first - s * second
    v[q * n + k] = s * first + c * second
  }
}

/** Product of square matrices `[n, n]`. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k] ?? 0
      for (let j = 0; j < n; j++) result[i * n + j] = (result[i * n + j] ?? 0) + factor * (b[k * n + j] ?? 0)
    }
  return result
}

/** The symmetric square root of a positive semidefinite matrix; eigenvalues below 0 by rounding count as 0. */
export function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const weighted = new Float64Array(n * n)
  const transposed = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      weighted[i * n + j] = Math.sqrt(Math.max(0, values[i] ?? 0)) * (vectors[i * n + j] ?? 0)
      transposed[j * n + i] = vectors[i * n + j] ?? 0
    }
  return multiply(transposed, weighted, n)
}

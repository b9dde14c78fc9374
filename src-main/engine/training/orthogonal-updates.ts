import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'

/** Muon's constants (Jordan et al. 2024): the momentum, and the quintic that brings singular values near 1. */
const momentum = 0.95
const [a, b, c] = [3.4445, -4.775, 2.0315]
const iterations = 5
/** Updates as large as those of Adam, so that one learning rate fits both (Liu et al. 2025, section 2.2). */
const rootMeanSquare = 0.2
const tiny = 1e-14

export interface MatrixState {
  /** `[…, out]`: a matrix of all that is read to what is computed. */
  weight: Tensor
  m: Tensor
}

/**
 * Muon (Jordan et al. 2024) for weights that are matrices: m ← μ·m + g, and w ← w − rate · s · O(g + μ·m), where O makes all
 * singular values about 1 and s = 0.2 · √(the larger side).
 */
export function applyMuon(
  states: MatrixState[],
  gradients: Tensor[],
  { learningRate }: { learningRate: Tensor },
): MatrixState[] {
  const next = states.map(({ m }, i) => m.mul(momentum).add(gradients[i] as Tensor))
  const directions = next.map((m, i) => asMatrix((gradients[i] as Tensor).add(m.mul(momentum))))
  const updates = orthogonalized(directions)
  return states.map(({ weight }, i) => {
    const update = updates[i] as Tensor2D
    const scale = rootMeanSquare * Math.sqrt(Math.max(...update.shape))
    return {
      weight: weight.sub(update.reshape(weight.shape).mul(learningRate.mul(scale))),
      m: next[i] as Tensor,
    }
  })
}

const asMatrix = (x: Tensor): Tensor2D => x.reshape([-1, x.shape.at(-1) as number])

/**
 * Each matrix U·S·Vᵀ with singular values near 1 instead of S, by five steps of the Newton–Schulz iteration. They
 * are taken on the smaller Gram matrix, as X_{k+1} = p(X_k·X_kᵀ)·X_k depends on X_0 through it and one last product; the Gram
 * matrices of one size are multiplied together.
 */
export function orthogonalized(matrices: Tensor2D[]): Tensor2D[] {
  const results: Tensor2D[] = []
  const sides = matrices.map(({ shape }) => Math.min(...shape))
  for (const side of new Set(sides)) {
    const members = matrices.flatMap((matrix, index) => (sides[index] === side ? [{ matrix, index }] : []))
    const grams = members.map(({ matrix }) => gram(matrix).reshape<Tensor3D>([1, side, side]))
    const { factors, norms } = inverseRoots(tf.concat(grams, 0))
    members.forEach(({ matrix, index }, i) => {
      const factor = tf.slice(factors, [i, 0, 0], [1, side, side]).reshape<Tensor2D>([side, side])
      const norm = tf.slice(norms, [i, 0, 0], [1, 1, 1]).reshape<Scalar>([])
      const product = isTall(matrix) ? tf.matMul(matrix, factor) : tf.matMul(factor, matrix)
      results[index] = product.div(norm)
    })
  }
  return results
}

const isTall = ({ shape: [rows, columns] }: Tensor2D) => rows > columns

const gram = (x: Tensor2D): Tensor2D => (isTall(x) ? tf.matMul(x, x, true) : tf.matMul(x, x, false, true))

/** Of Gram matrices `[n, r, r]` the factors about (X·Xᵀ/norm²)^(−1/2) `[n, r, r]`, and the Frobenius norms of X `[n, 1, 1]`. */
function inverseRoots(grams: Tensor3D): { factors: Tensor3D; norms: Tensor3D } {
  const side = grams.shape[1]
  const identity = tf.tensor3d(
    Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? 1 : 0)),
    [1, side, side],
  )
  const traces = tf.sum<Tensor3D>(grams.mul(identity), [1, 2], true).add<Tensor3D>(tiny)
  let gramMatrix = grams.div<Tensor3D>(traces)
  let factors: Tensor3D | null = null
  for (let k = 0; k < iterations; k++) {
    const square = tf.matMul(gramMatrix, gramMatrix)
    const polynomial = identity.mul(a).add(gramMatrix.mul(b)).add<Tensor3D>(square.mul(c))
    factors = factors ? tf.matMul(polynomial, factors) : polynomial
    if (k < iterations - 1) gramMatrix = tf.matMul(tf.matMul(polynomial, gramMatrix), polynomial)
  }
  return { factors: factors as Tensor3D, norms: tf.sqrt(traces) }
}

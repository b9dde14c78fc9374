import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Between } from '#shared/sampling-messages.ts'

/** Linear interpolation between two latents `[1, h, w, c]` at `shares` in [0, 1] → `[shares, h, w, c]`. */
export function lerp(a: Tensor4D, b: Tensor4D, shares: number[]): Tensor4D {
  return tf.tidy(() => {
    const s = tf.tensor4d(shares, [shares.length, 1, 1, 1])
    return a.mul(tf.sub(1, s)).add(b.mul(s))
  })
}

/**
 * Spherical linear interpolation (Shoemake 1985) of latents as vectors, which preserves their norm; nearly parallel
 * latents are interpolated linearly.
 */
export function slerp(a: Tensor4D, b: Tensor4D, shares: number[]): Tensor4D {
  const angle = tf.tidy(() => {
    const cosine = tf.sum(a.mul(b)).div(tf.norm(a).mul(tf.norm(b)))
    return Math.acos(Math.min(1, Math.max(-1, cosine.dataSync()[0] ?? 1)))
  })
  const sine = Math.sin(angle)
  if (!(sine > 1e-4)) return lerp(a, b, shares)
  return tf.tidy(() => {
    const column = (values: number[]) => tf.tensor4d(values, [values.length, 1, 1, 1])
    const fromA = column(shares.map((s) => Math.sin((1 - s) * angle) / sine))
    const fromB = column(shares.map((s) => Math.sin(s * angle) / sine))
    return a.mul(fromA).add(b.mul(fromB))
  })
}

const interpolations = { slerp, lerp }

/** `count` evenly spaced numbers from 0 to 1, both included; a single one is 0. */
export function linspace(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i / (count - 1)))
}

type ThreeCorners = readonly [Tensor4D, Tensor4D, Tensor4D]
export type Corners = ThreeCorners | readonly [...ThreeCorners, Tensor4D]

/**
 * The fourth corner of a grid from three: d = b + c − a, which is to c as b is to a (Mikolov et al. 2013). With linear
 * interpolation the half of the grid towards `a` is the triangle of the three in barycentric coordinates. The norm of
 * that sum is larger than those of b and c (√3 times for orthogonal latents), where no image is encoded; so for `slerp`
 * it is scaled to the mean of both norms: d · (|b| + |c|) / (2 |d|).
 */
export function fourthCorner(corners: ThreeCorners, mode: Between): Tensor4D {
  const [a, b, c] = corners
  return tf.tidy(() => {
    const sum = b.add<Tensor4D>(c).sub<Tensor4D>(a)
    if (mode === 'lerp') return sum
    const length = tf.norm(sum)
    // Where b + c = a there is no direction to scale.
    if (!(length.dataSync<'float32'>()[0] ?? 0)) return sum
    return sum.mul(tf.norm(b).add(tf.norm(c)).div(length.mul(2)))
  })
}

/**
 * A grid between three or four latents `[1, h, w, c]`: top left, top right, bottom left and bottom right (by default
 * `fourthCorner`) → `[rows · columns, h, w, c]`, row by row. Interpolates along the upper and lower edge, then down each
 * column: bilinear for `lerp`; for `slerp` all four edges are great circles.
 */
export function latentGrid(
  corners: Corners,
  options: { rows: number; columns: number; mode: Between },
): Tensor4D {
  const { rows, columns, mode } = options
  const [a, b, c, given] = corners
  const interpolate = interpolations[mode]
  return tf.tidy(() => {
    const d = given ?? fourthCorner([a, b, c], mode)
    const columnShares = linspace(columns)
    const upper = tf.split(interpolate(a, b, columnShares), columns)
    const lower = tf.split(interpolate(c, d, columnShares), columns)
    const rowShares = linspace(rows)
    const lines = upper.map((top, i) => interpolate(top as Tensor4D, lower[i] as Tensor4D, rowShares))
    return tf.stack(lines, 1).reshape<Tensor4D>([rows * columns, ...a.shape.slice(1)])
  })
}

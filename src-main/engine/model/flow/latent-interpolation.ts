import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Between } from '#shared/engine-messages.ts'

/** Straight line between latents of one image each, `[1, h, w, c]`, at shares in [0, 1] → `[shares, h, w, c]`. */
export function lerp(a: Tensor4D, b: Tensor4D, shares: number[]): Tensor4D {
  return tf.tidy(() => {
    const s = tf.tensor4d(shares, [shares.length, 1, 1, 1])
    return a.mul(tf.sub(1, s)).add(b.mul(s))
  })
}

/**
 * Along the great circle (Shoemake 1985), each image's latent taken as one vector, so that what lies between stays as
 * long as the ends; nearly parallel latents fall back to the straight line.
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

const ways = { slerp, lerp }

/** `count` numbers from 0 to 1, evenly, ends included; a single one is 0. */
export function evenShares(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i / (count - 1)))
}

type ThreeCorners = readonly [Tensor4D, Tensor4D, Tensor4D]
export type Corners = ThreeCorners | readonly [...ThreeCorners, Tensor4D]

/**
 * The corner that completes three: d = b + c − a, which is to c as b is to a (Mikolov et al. 2013). Taking it rather
 * than leaving half a sheet empty fills every cell, and with straight lines the half towards `a` is the triangle between
 * the three, in barycentric coordinates. That sum is longer than its neighbours (√3 times where the three are at right
 * angles), where no latent of an image lies; so for `slerp` it is scaled to the mean of their lengths,
 * d · (|b| + |c|) / (2 |d|).
 */
export function fourthCorner(corners: ThreeCorners, mode: Between): Tensor4D {
  const [a, b, c] = corners
  return tf.tidy(() => {
    const sum = b.add<Tensor4D>(c).sub<Tensor4D>(a)
    if (mode === 'lerp') return sum
    const length = tf.norm(sum)
    // b + c = a leaves no direction to scale.
    if (!(length.dataSync<'float32'>()[0] ?? 0)) return sum
    return sum.mul(tf.norm(b).add(tf.norm(c)).div(length.mul(2)))
  })
}

/**
 * A sheet between three or four latents, `[1, h, w, c]` each: first top left, second top right, third bottom left,
 * fourth bottom right (else `fourthCorner`) → `[rows · columns, h, w, c]`, row by row. First along the upper and lower
 * edge, then down each column: bilinear for `lerp`; for `slerp` all four edges are the great circles between their
 * corners.
 */
export function latentGrid(
  corners: Corners,
  options: { rows: number; columns: number; mode: Between },
): Tensor4D {
  const { rows, columns, mode } = options
  const [a, b, c, given] = corners
  const way = ways[mode]
  return tf.tidy(() => {
    const d = given ?? fourthCorner([a, b, c], mode)
    const across = evenShares(columns)
    const upper = tf.split(way(a, b, across), columns)
    const lower = tf.split(way(c, d, across), columns)
    const down = evenShares(rows)
    const lines = upper.map((top, i) => way(top as Tensor4D, lower[i] as Tensor4D, down))
    return tf.stack(lines, 1).reshape<Tensor4D>([rows * columns, ...a.shape.slice(1)])
  })
}

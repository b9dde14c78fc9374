import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Between } from '#shared/sampling-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { valuesOf } from '../graph/values-of.ts'
import { latentGrid, lerp, linspace, slerp } from '../model/flow/latent-interpolation.ts'

/** Encodings of some images: latents, flat float32 NHWC, and their codes, flat `[count, codeSize]`, where there are. */
export interface Latents {
  count: number
  values: Float32Array
  codes: Float32Array | null
}

/**
 * Latents on the path through two or more latents, at shares of it in [0, 1]; each way from one to the next is the same share.
 * Codes are along straight lines.
 */
export function latentsBetween(
  keys: Latents,
  options: { shape: ImageShape; shares: number[]; mode: Between },
): Latents {
  const { shape, shares, mode } = options
  const located = shares.map((share) => locate(share, keys.count - 1))
  const size = imageBytes(shape)
  const values = new Float32Array(shares.length * size)
  for (let first = 0; first < located.length;) {
    const { from = 0 } = located[first] ?? {}
    const next = located.findIndex((one, i) => i > first && one.from !== from)
    const along = located.slice(first, next < 0 ? undefined : next).map((one) => one.along)
    const part = valuesOf(() => {
      const [a, b] = [latentAt(keys, from, shape), latentAt(keys, from + 1, shape)]
      return (mode === 'slerp' ? slerp : lerp)(a, b, along)
    })
    values.set(part, first * size)
    first += along.length
  }
  const codes = mixCodes(
    keys,
    located.map(({ from, along }) =>
      Array.from({ length: keys.count }, (_, i) => (i === from ? 1 - along : i === from + 1 ? along : 0)),
    ),
  )
  return { count: shares.length, values, codes }
}

/** Which latent a share of a path is behind, and how far it is to the next, in [0, 1]. */
function locate(share: number, ways: number): { from: number; along: number } {
  const from = Math.min(ways - 1, Math.floor(share * ways))
  return { from, along: share * ways - from }
}

/** The latents with the first one again at the end: a path through them is closed. */
export function withFirstAgain({ count, values, codes }: Latents): Latents {
  const again = (all: Float32Array) => Float32Array.from([...all, ...all.subarray(0, all.length / count)])
  return { count: count + 1, values: again(values), codes: codes && again(codes) }
}

/** A grid between three or four latents, row by row; see `latentGrid`. Codes are interpolated bilinearly. */
export function latentSheet(
  corners: Latents,
  options: { shape: ImageShape; rows: number; columns: number; mode: Between },
): Latents {
  const { shape, rows, columns } = options
  const values = valuesOf(() => {
    const at = (i: number) => latentAt(corners, i, shape)
    const cornerLatents =
      corners.count > 3 ? ([at(0), at(1), at(2), at(3)] as const) : ([at(0), at(1), at(2)] as const)
    return latentGrid(cornerLatents, options)
  })
  const weights = linspace(rows).flatMap((down) =>
    linspace(columns).map((right) => cornerWeights({ down, right, corners: corners.count })),
  )
  return { count: rows * columns, values, codes: mixCodes(corners, weights) }
}

/** Bilinear weights of the corners; a fourth that is not given is b + c − a. */
function cornerWeights({ down, right, corners }: { down: number; right: number; corners: number }): number[] {
  const [a, b, c, d] = [(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right]
  return corners > 3 ? [a, b, c, d] : [a - d, b + d, c + d]
}

/** Weighted sums of codes, one for each list of weights; null without codes. */
function mixCodes({ count, codes }: Latents, weights: number[][]): Float32Array | null {
  if (!codes) return null
  const size = codes.length / count
  const mixed = new Float32Array(weights.length * size)
  weights.forEach((each, row) => {
    each.forEach((weight, i) => {
      for (let k = 0; k < size; k++)
        mixed[row * size + k] = (mixed[row * size + k] ?? 0) + weight * (codes[i * size + k] ?? 0)
    })
  })
  return mixed
}

function latentAt({ values }: Latents, i: number, shape: ImageShape): Tensor4D {
  const { height, width, channels } = shape
  const size = imageBytes(shape)
  return tf.tensor4d(values.slice(i * size, (i + 1) * size), [1, height, width, channels])
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Between } from '#shared/sampling-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { valuesOf } from '../graph/values-of.ts'
import { moveToNeighbours } from './code-neighbours.ts'
import type { CodeNeighbours } from './code-neighbours.ts'
import { mixCodes, mixDetails } from './mixed-latents.ts'
import { latentGrid, lerp, linspace, slerp } from '../model/flow/latent-interpolation.ts'

/** Encodings of some images: latents, flat float32 NHWC, and their codes, flat `[count, codeSize]`, where there are. */
export interface Latents {
  count: number
  values: Float32Array
  codes: Float32Array | null
}

/** What latents away from the encoded images take from samples: the details of one, and codes near those of images. */
export interface LikeSamples {
  details: Float32Array | null
  neighbours: CodeNeighbours | null
}

/**
 * Latents on the path through two or more latents, at shares of it in [0, 1]; each way from one to the next is the same share.
 * `likeSamples`: see `mixDetails` and `moveToNeighbours`.
 */
export function latentsBetween(
  keys: Latents,
  options: { shape: ImageShape; shares: number[]; mode: Between; likeSamples?: LikeSamples | undefined },
): Latents {
  const { shape, shares, mode, likeSamples } = options
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
  const weights = located.map(({ from, along }) =>
    Array.from({ length: keys.count }, (_, i) => (i === from ? 1 - along : i === from + 1 ? along : 0)),
  )
  return mixed(keys, { values, weights, mode, likeSamples })
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

/** A grid between three or four latents, row by row; see `latentGrid`, and `latentsBetween` for `likeSamples`. */
export function latentSheet(
  corners: Latents,
  options: {
    shape: ImageShape
    rows: number
    columns: number
    mode: Between
    likeSamples?: LikeSamples | undefined
  },
): Latents {
  const { shape, rows, columns, mode, likeSamples } = options
  const values = valuesOf(() => {
    const at = (i: number) => latentAt(corners, i, shape)
    const cornerLatents =
      corners.count > 3 ? ([at(0), at(1), at(2), at(3)] as const) : ([at(0), at(1), at(2)] as const)
    return latentGrid(cornerLatents, options)
  })
  const weights = linspace(rows).flatMap((down) =>
    linspace(columns).map((right) => cornerWeights({ down, right, corners: corners.count })),
  )
  return mixed(corners, { values, weights, mode, likeSamples })
}

/** Latents at `weights` of some others, whose values are mixed already. */
function mixed(
  { count, codes: given }: Latents,
  options: {
    values: Float32Array
    weights: number[][]
    mode: Between
    likeSamples: LikeSamples | undefined
  },
): Latents {
  const { values, weights, mode, likeSamples } = options
  const { details, neighbours } = likeSamples ?? {}
  const codes = given && mixCodes({ count, codes: given }, { weights, mode })
  if (codes && neighbours) moveToNeighbours(codes, { weights, neighbours })
  if (details) mixDetails(values, { weights, details })
  return { count: weights.length, values, codes }
}

/** Bilinear weights of the corners; a fourth that is not given is b + c − a. */
function cornerWeights({ down, right, corners }: { down: number; right: number; corners: number }): number[] {
  const [a, b, c, d] = [(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right]
  return corners > 3 ? [a, b, c, d] : [a - d, b + d, c + d]
}

function latentAt({ values }: Latents, i: number, shape: ImageShape): Tensor4D {
  const { height, width, channels } = shape
  const size = imageBytes(shape)
  return tf.tensor4d(values.slice(i * size, (i + 1) * size), [1, height, width, channels])
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Between } from '#shared/engine-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { latentGrid, lerp, slerp } from '../model/flow/latent-interpolation.ts'

/** Latents of some images, flat float32 NHWC. */
export interface Latents {
  count: number
  values: Float32Array
}

/** Latents on the path from the first of two latents to the second, at shares of it in [0, 1]. */
export function latentsBetween(
  ends: Latents,
  options: { shape: ImageShape; shares: number[]; mode: Between },
): Latents {
  const { shape, shares, mode } = options
  const values = tf.tidy(() => {
    const [a, b] = [latentAt(ends, 0, shape), latentAt(ends, 1, shape)]
    return (mode === 'slerp' ? slerp : lerp)(a, b, shares).dataSync<'float32'>()
  })
  return { count: shares.length, values }
}

/** A grid between three or four latents, row by row; see `latentGrid`. */
export function latentSheet(
  corners: Latents,
  options: { shape: ImageShape; rows: number; columns: number; mode: Between },
): Latents {
  const { shape, rows, columns } = options
  const values = tf.tidy(() => {
    const at = (i: number) => latentAt(corners, i, shape)
    const cornerLatents =
      corners.count > 3 ? ([at(0), at(1), at(2), at(3)] as const) : ([at(0), at(1), at(2)] as const)
    return latentGrid(cornerLatents, options).dataSync<'float32'>()
  })
  return { count: rows * columns, values }
}

function latentAt({ values }: Latents, i: number, shape: ImageShape): Tensor4D {
  const { height, width, channels } = shape
  const size = imageBytes(shape)
  return tf.tensor4d(values.slice(i * size, (i + 1) * size), [1, height, width, channels])
}

import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** The values of a computed tensor. Read outside of `tidy`, which would search a returned array for tensors, number by number. */
export function valuesOf(compute: () => Tensor): Float32Array {
  const tensor = tf.tidy(compute)
  try {
    return tensor.dataSync<'float32'>()
  } finally {
    tensor.dispose()
  }
}

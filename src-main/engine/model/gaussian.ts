import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'

/** q(z|x) or p(z): a diagonal Gaussian, both shaped like x (p without the batch axis, broadcast). */
export interface Gaussian<T extends Tensor = Tensor4D> {
  mean: T
  logvar: T
}

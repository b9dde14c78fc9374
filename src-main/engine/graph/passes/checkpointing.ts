import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { withControlDependencies } from '../control-dependencies.ts'

/**
 * Implements `checkpoint`: only the inputs are kept for the gradient, and f is computed again when the gradient is asked
 * for (Chen et al. 2016, “Training deep nets with sublinear memory cost”).
 */
export function recompute(f: (inputs: Tensor[]) => Tensor, inputs: Tensor[]): Tensor {
  return tf.customGrad((...given) => {
    const held = given.slice(0, -1) as Tensor[]
    const save = given.at(-1) as tf.GradSaveFunc
    const value = f(held)
    save(held)
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        // Without the dependency TensorFlow may compute f again at once, and hold its memory all the while.
        const again = saved.map((input) => withControlDependencies(input, [dy]))
        return withNestedTape(() => tf.grads((...args: Tensor[]) => f(args))(again, dy))
      },
    }
  })(...inputs)
}

/** Computes a gradient inside a gradient function: tfjs would otherwise drop the tape of the outer gradient. */
function withNestedTape<T>(run: () => T): T {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    return run()
  } finally {
    state.activeTape = outer
  }
}

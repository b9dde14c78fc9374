import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { after } from '../../backend/native-op.ts'

/**
 * f of some inputs, all of which its gradient must reach. What it computes on the way is not kept for the gradient but
 * computed again once that is asked for (Chen et al. 2016, “Training deep nets with sublinear memory cost”).
 */
export function recomputed<T extends Tensor>(f: (inputs: Tensor[]) => T, inputs: Tensor[]): T {
  return tf.customGrad((...given) => {
    const held = given.slice(0, -1) as Tensor[]
    const save = given.at(-1) as tf.GradSaveFunc
    const value = f(held)
    save(held)
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        // Not before the gradient has come this far: the memory would be taken at once, and all be for nothing.
        const again = saved.map((input) => after(input, [dy]))
        return onOwnTape(() => tf.grads((...args: Tensor[]) => f(args))(again, dy))
      },
    }
  })(...inputs)
}

/** A gradient within a gradient: tfjs would forget the tape of the outer one. */
function onOwnTape<T>(run: () => T): T {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    return run()
  } finally {
    state.activeTape = outer
  }
}

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Slope } from './solver.ts'

/**
 * Autoguidance (Karras et al. 2024, "Guiding a diffusion model with a bad version of itself", equation 3): the velocity
 * goes from the weaker model's through the stronger one's and on, v = v_weak + g·(v_strong − v_weak).
 * @param options `strength`: g, a scalar; 1 gives the stronger model's velocity
 */
export function guidedSlope(options: { strong: Slope; weak: Slope; strength: Tensor }): Slope {
  const { strong, weak, strength } = options
  return (x, t) => {
    const from = weak(x, t)
    return from.add<Tensor4D>(strong(x, t).sub(from).mul(strength))
  }
}

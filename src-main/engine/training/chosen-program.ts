import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { runNativeOp } from '../backend/native-op.ts'
import type { ProgramSpec, Tensors } from '../graph/program.ts'

/**
 * Which of some targets each point chooses: that of the largest ⟨point, target⟩ + potential, the first of equals. Feeds the
 * `targets` `[targets, numbers]`, their `potentials` `[targets]`, and what `points` makes `[count, numbers]` of.
 */
export function chosenProgram(options: {
  targets: number
  numbers: number
  state?: ProgramSpec['state']
  feeds: ProgramSpec['feeds']
  points: (state: Tensors, feeds: Tensors) => Tensor2D
}): ProgramSpec {
  const { targets, numbers, state = {}, feeds, points } = options
  return {
    name: 'chosen',
    state,
    feeds: {
      ...feeds,
      targets: { shape: [targets, numbers], dtype: 'float32' },
      potentials: { shape: [targets], dtype: 'float32' },
    },
    body: (values, given) => {
      const scores = tf.matMul(points(values, given), given['targets'] as Tensor2D, false, true)
      const best = scores.add(given['potentials'] as Tensor)
      const types = { T: 'float32', Tidx: 'int32', output_type: 'int32' } as const
      return { fetches: { chosen: runNativeOp('ArgMax', types, [best, tf.scalar(1, 'int32')]) }, next: {} }
    },
  }
}

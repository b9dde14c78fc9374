import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { assignedParts, bestAssignment } from '../data/assignment.ts'
import { imageInput } from '../data/step-images.ts'
import type { ImagePlan } from '../data/step-images.ts'
import { createProgram } from '../graph/create-program.ts'
import type { InputValues, Program, ProgramSpec } from '../graph/program.ts'
import { statelessNormal } from '../rng.ts'

/**
 * Pairs the noise of a step with its images so that the sum of squared distances is least (minibatch optimal transport; Tong et
 * al. 2023, Pooladian et al. 2023): all images of an update together, augmented as the step sees them, however many
 * batches or workers compute it. Only products count: ‖z − x‖² = ‖z‖² + ‖x‖² − 2⟨z, x⟩.
 */
export class MinibatchCoupling {
  private readonly program: Program
  private readonly feedNames: string[]
  private readonly count: number

  /** @param plan of the step, which is fed its images' bytes */
  constructor(plan: ImagePlan) {
    const spec = scoreProgram(plan)
    this.count = plan.count
    this.feedNames = Object.keys(spec.feeds)
    this.program = createProgram(spec)
  }

  /** The row of the step's noise that each image is paired with. @param feeds of the step */
  partners(feeds: InputValues): Int32Array {
    const given = Object.fromEntries(this.feedNames.map((name) => [name, feeds[name] as InputValues[string]]))
    return assigned(this.program.run(given)['scores'] as Float32Array, this.count)
  }

  dispose(): void {
    this.program.dispose()
  }
}

/** The row of noise for each of some images by their scores, as `partScores` gives them. */
export function assigned(scores: Float32Array, count: number): Int32Array {
  const partners = new Int32Array(count)
  let from = 0
  for (const { first, length } of assignedParts(count)) {
    const columns = bestAssignment(scores.subarray(from, from + length ** 2), length)
    columns.forEach((column, i) => (partners[first + i] = first + column))
    from += length ** 2
  }
  return partners
}

/** ⟨x, z⟩ of each image and each noise of the same part, flat: the matrices `[length, length]` of all parts. */
export function partScores(x: Tensor4D, eps: Tensor4D): tf.Tensor1D {
  const [count, ...sides] = x.shape
  const size = tf.util.sizeFromShape(sides)
  const matrices = assignedParts(count).map(({ first, length }) => {
    const rows = (all: Tensor4D) => tf.slice(all, first, length).reshape<Tensor2D>([length, size])
    return tf.matMul(rows(x), rows(eps), false, true).reshape<tf.Tensor1D>([length ** 2])
  })
  return matrices.length === 1 ? (matrices[0] as tf.Tensor1D) : tf.concat(matrices)
}

function scoreProgram(plan: ImagePlan): ProgramSpec {
  const { count, shape } = plan
  const { height, width, channels } = shape
  // What the network is told of the images does not change them.
  const { state, feeds, images } = imageInput({
    ...plan,
    labels: undefined,
    settings: { ...plan.settings, augmentCondition: false },
  })
  return {
    name: 'coupling',
    state,
    feeds: { ...feeds, noiseSeed: { shape: [2], dtype: 'int32' } },
    body: (values, given) => {
      const x = images(values, given, { first: 0, length: count })
      const eps = statelessNormal<Tensor4D>([count, height, width, channels], given['noiseSeed'] as tf.Tensor)
      return { fetches: { scores: partScores(x, eps) }, next: {} }
    },
  }
}

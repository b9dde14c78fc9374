import { measureNames } from '#shared/schemas/evaluation.ts'
import type { Evaluation, KeptEvaluation } from '#shared/schemas/evaluation.ts'

/** An evaluation as the history keeps it. */
export const anEvaluation: KeptEvaluation = {
  ...{ format: 1, width: null },
  ...{ step: 4, count: 20, against: null, images: 40, seed: 1, solver: 'heun', evaluations: 100, seconds: 9 },
  measures: Object.fromEntries(
    measureNames.map((name) => [name, { value: 0.5, error: 0.1, floor: { value: 0.25, error: 0.01 } }]),
  ) as Evaluation['measures'],
  searched: { pixels: 40, features: 40 },
  reconstruction: [{ encoder: 'inversion', images: 20, error: { value: 0.03, error: 0.001 } }],
  curve: {
    ...{ solver: 'euler', count: 20 },
    points: [{ evaluations: 1, kernelDistance: { value: 2, error: 0.1 } }],
  },
  straightness: { value: 0.05, error: 0.01 },
  interpolation: {
    ...{ encoder: 'inversion', pairs: 50, frames: 17 },
    evenness: { even: { median: 1.2, worst: 2 }, parameter: { median: 3, worst: 6 } },
    endError: { median: 0.01, worst: 0.025 },
    middle: {
      count: 250,
      kernelDistance: { frames: { value: 0.3, error: 0.1 }, samples: { value: 0.2, error: 0.1 } },
      frechetDistance: { frames: { value: 2, error: 0.1 }, samples: { value: 1, error: 0.1 } },
    },
  },
}

import { measureNames } from '#shared/schemas/evaluation.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'

/** An evaluation as the history keeps it. */
export const anEvaluation: Evaluation = {
  format: 1,
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
}

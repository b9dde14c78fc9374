import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, fromZodError } from '#shared/errors.ts'

export const solverNames = ['dpm2m', 'euler', 'midpoint', 'heun', 'rk4', 'dopri5'] as const
export type SolverName = (typeof solverNames)[number]
/** The solver that chooses its steps itself. */
export const adaptiveSolver = 'dopri5' satisfies SolverName
/** The solver that uses the evaluation of the step before. */
export const multistepSolver = 'dpm2m' satisfies SolverName

/** Network evaluations of one step; `dopri5` chooses how many steps it takes. */
export const evaluationsPerStep: Record<SolverName, number> = {
  ...{ dpm2m: 1, euler: 1, midpoint: 2, heun: 2, rk4: 4, dopri5: 6 },
}
/** The steps of a solver that come nearest to a number of network evaluations. */
export const stepsFor = (solver: SolverName, evaluations: number): number =>
  Math.max(1, Math.round(evaluations / evaluationsPerStep[solver]))

export const weightNames = ['ema', 'raw'] as const
export type WeightsName = (typeof weightNames)[number]

export const timeGridNames = ['uniform', 'quadratic', 'shift', 'karras'] as const
export type TimeGridName = (typeof timeGridNames)[number]

/**
 * How images are sampled from latents, and latents found by integrating backwards. Engine, command line and app read its
 * ranges and defaults here.
 */
export const samplingSchema = z.strictObject({
  solver: z
    .enum(solverNames, { error: `The solver must be one of ${solverNames.join(', ')}` })
    .default('dpm2m'),
  /** Steps of a sampling, for all solvers but `dopri5`. */
  steps: z
    .int('Steps must be a whole number')
    .min(1, 'A sampling takes at least 1 step')
    .max(10_000, 'A sampling takes at most 10000 steps')
    .default(8),
  /** Where those steps lie: evenly, finer near the data, moved by `gridShift`, or even in σ^(1/ρ). */
  timeGrid: z
    .enum(timeGridNames, { error: `The time grid must be one of ${timeGridNames.join(', ')}` })
    .default('karras'),
  /** For the grid `shift`: above 1 finer near the noise, below 1 near the data. */
  gridShift: z
    .number({ error: 'The shift of the time grid must be a number' })
    .min(0.1, 'The shift of the time grid must be at least 0.1')
    .max(10, 'The shift of the time grid must be at most 10')
    .default(3),
  /** For the grid `karras`: larger is finer near the data. */
  gridRho: z
    .number({ error: 'The ρ of the time grid must be a number' })
    .min(1, 'The ρ of the time grid must be at least 1')
    .max(20, 'The ρ of the time grid must be at most 20')
    .default(2),
  /** For `dopri5`: the error allowed in each of its steps, on values of about 1. */
  tolerance: z
    .number({ error: 'The tolerance must be a number' })
    .min(1e-6, 'The tolerance must be at least 0.000001')
    .max(0.1, 'The tolerance must be at most 0.1')
    .default(1e-3),
  /** Sample with the average of the weights, which is steadier, or with them as they are. */
  weights: z
    .enum(weightNames, { error: `The weights must be one of ${weightNames.join(', ')}` })
    .default('ema'),
  /** How far the velocity goes from a weaker one beyond the trained one, `model/flow/guidance.ts`; 1 is without. */
  guidance: z
    .number({ error: 'The guidance must be a number' })
    .min(1, 'The guidance must be at least 1')
    .max(8, 'The guidance must be at most 8')
    .default(1),
  /** The step of the earlier checkpoint that is the weaker model; null for the one of `defaultGuideStep`. */
  guideCheckpoint: z
    .int('The step of the guide checkpoint must be a whole number')
    .min(0, 'The step of the guide checkpoint must be at least 0')
    .nullable()
    .default(null),
  /**
   * The label of all images of a run with labels. Null samples the labels in turn, and encodes images without one. With
   * labels, `guidance` without a guide checkpoint goes away from the velocity without a label.
   */
  label: z.string({ error: 'The label must be a name' }).nullable().default(null),
})
export type Sampling = z.output<typeof samplingSchema>

/** Network evaluations of an image; only about for an adaptive solver, which chooses its steps itself. */
export const evaluationsOf = ({ solver, steps }: Pick<Sampling, 'solver' | 'steps'>): number =>
  steps * evaluationsPerStep[solver]

/** As asked for: what is left out is as in `samplingDefaults`. */
export type SamplingOptions = z.input<typeof samplingSchema>

export const samplingDefaults: Sampling = samplingSchema.parse({})

/** Frames of all images that one request may ask for, so that they fit into memory. */
export const maxFrames = 4096

/** Which images of a seed are sampled, with ranges and defaults. */
export const selectionSchema = z.object({
  count: z
    .int('The number of images must be a whole number')
    .min(1, 'At least 1 image can be sampled')
    .max(4096, 'At most 4096 images can be sampled at once'),
  /** Image i depends on the seed and i alone; this is the first i. */
  first: z.int('The first image must be a whole number').min(0, 'The first image is 0').default(0),
  seed: z.int('The seed must be a whole number').min(0, 'The seed must be at least 0'),
  /** How far latents are from the prior's mean, times its own spread. */
  temperature: z
    .number({ error: 'The temperature must be a number' })
    .min(0, 'The temperature must be at least 0')
    .max(10, 'The temperature must be at most 10')
    .default(1),
  /** Frames of each image's trajectory from latent to image, ends included; 0 for none. */
  trajectory: z
    .int('The number of frames must be a whole number')
    .min(0, 'The number of frames must be at least 0')
    .max(64, 'A trajectory has at most 64 frames')
    .refine((frames) => frames !== 1, 'A trajectory has at least 2 frames')
    .default(0),
})
export type SelectionOptions = z.input<typeof selectionSchema>

/** The whole of what was asked for. @throws FlowerbedError `bad-input` */
export function selectionOf(options: SelectionOptions): z.output<typeof selectionSchema> {
  const selection = checked(selectionSchema, options)
  if (selection.count * selection.trajectory <= maxFrames) return selection
  throw new FlowerbedError('bad-input', errorText('sampling.tooManyFrames', { most: maxFrames }), {
    where: 'trajectory',
  })
}

/** The whole of what was asked for. @throws FlowerbedError `bad-input` */
export const samplingOf = (options: SamplingOptions = {}): Sampling => checked(samplingSchema, options)

function checked<S extends z.ZodType>(schema: S, options: z.input<S>): z.output<S> {
  const result = schema.safeParse(options)
  if (!result.success) throw fromZodError(result.error)
  return result.data
}

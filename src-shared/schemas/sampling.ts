import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
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

export const timeGridNames = ['auto', 'uniform', 'quadratic', 'shift', 'karras', 'narrow'] as const
export type TimeGridName = (typeof timeGridNames)[number]
/** A grid whose times are known without the model. */
export type KnownTimeGrid = Exclude<TimeGridName, 'auto'>

/** Names of options, which begin their error messages. */
type NameId =
  `input.${'solver' | 'steps' | 'timeGrid' | 'gridShift' | 'gridRho' | 'tolerance' | 'weights' | 'guidance' | 'guideCheckpoint' | 'imageCount' | 'firstImage' | 'seed' | 'temperature' | 'frames'}`

const oneOfNames = <const Names extends readonly string[]>(names: Names, what: NameId) =>
  z.enum(names, {
    error: () => desktopText('input.oneOfList', { what: desktopText(what), choices: names.join(', ') }),
  })

function inRange(id: NameId, min: number, max: number) {
  const what = () => desktopText(id)
  const decimal = (bound: number) => bound.toLocaleString('en', { maximumFractionDigits: 6 })
  return z
    .number({ error: () => desktopText('input.number', { what: what() }) })
    .min(min, { error: () => desktopText('input.min', { what: what(), min: decimal(min) }) })
    .max(max, { error: () => desktopText('input.max', { what: what(), max: decimal(max) }) })
}

function wholeFrom(id: NameId, min?: number) {
  const what = () => desktopText(id)
  const whole = z.int({ error: () => desktopText('input.whole', { what: what() }) })
  return min === undefined
    ? whole
    : whole.min(min, { error: () => desktopText('input.min', { what: what(), min }) })
}

/** Most samples of one request. */
export const maxSamples = 256

/**
 * How images are sampled from latents, and latents found by integrating backwards. Engine, command line and app read its
 * ranges and defaults here.
 */
export const samplingSchema = z.strictObject({
  solver: oneOfNames(solverNames, 'input.solver').default('dpm2m'),
  /** Steps of a sampling, for all solvers but `dopri5`. */
  steps: wholeFrom('input.steps')
    .min(1, { error: () => desktopText('input.stepsMin', { min: 1 }) })
    .max(10_000, { error: () => desktopText('input.stepsMax', { max: 10_000 }) })
    .default(8),
  /** Where those steps lie: as is best for the model, evenly, finer near the data, moved by `gridShift`, or even in σ^(1/ρ). */
  timeGrid: oneOfNames(timeGridNames, 'input.timeGrid').default('auto'),
  /** For the grid `shift`: above 1 finer near the noise, below 1 near the data. */
  gridShift: inRange('input.gridShift', 0.1, 10).default(3),
  /** For the grids `karras` and `narrow`: larger is finer near the data. */
  gridRho: inRange('input.gridRho', 1, 20).default(2),
  /** For `dopri5`: the error allowed in each of its steps, on values of about 1. */
  tolerance: inRange('input.tolerance', 1e-6, 0.1).default(1e-3),
  /** Sample with the average of the weights, which is steadier, or with them as they are. */
  weights: oneOfNames(weightNames, 'input.weights').default('ema'),
  /** How far the velocity goes from a weaker one beyond the trained one, `model/flow/guidance.ts`; 1 is without. */
  guidance: inRange('input.guidance', 1, 8).default(1),
  /** The step of the earlier checkpoint that is the weaker model; null for the one of `defaultGuideStep`. */
  guideCheckpoint: wholeFrom('input.guideCheckpoint', 0).nullable().default(null),
  /**
   * The label of all images of a run with labels. Null samples the labels in turn, and encodes images without one. With
   * labels, `guidance` without a guide checkpoint goes away from the velocity without a label.
   */
  label: z
    .string({ error: () => desktopText('input.label') })
    .nullable()
    .default(null),
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
  count: wholeFrom('input.imageCount')
    .min(1, { error: () => desktopText('input.imageCountMin', { min: 1 }) })
    .max(4096, { error: () => desktopText('input.imageCountMax', { max: 4096 }) }),
  /** Image i depends on the seed and i alone; this is the first i. */
  first: wholeFrom('input.firstImage')
    .min(0, { error: () => desktopText('input.firstImageMin') })
    .default(0),
  seed: wholeFrom('input.seed', 0),
  /** How far latents are from the prior's mean, times its own spread. */
  temperature: inRange('input.temperature', 0, 10).default(1),
  /** Frames of each image's trajectory from latent to image, ends included; 0 for none. */
  trajectory: wholeFrom('input.frames', 0)
    .max(64, { error: () => desktopText('input.framesMax', { max: 64 }) })
    .refine((frames) => frames !== 1, { error: () => desktopText('input.framesMin', { min: 2 }) })
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

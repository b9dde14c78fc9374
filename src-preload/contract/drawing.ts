import { z } from 'zod'
import { fromZodError } from './errors.ts'

export const solverNames = ['euler', 'midpoint', 'heun', 'rk4'] as const
export type SolverName = (typeof solverNames)[number]

/**
 * How pictures are drawn from latents, and latents found by running the drawing backwards. The one place of its ranges
 * and defaults: engine, command line and app read them here.
 */
export const drawingSchema = z.strictObject({
  solver: z
    .enum(solverNames, { error: `The solver must be one of ${solverNames.join(', ')}` })
    .default('heun'),
  /** Steps of a drawing. */
  steps: z
    .int('Steps must be a whole number')
    .min(1, 'A drawing takes at least 1 step')
    .max(10_000, 'A drawing takes at most 10000 steps')
    .default(50),
})
export type Drawing = z.output<typeof drawingSchema>
/** As asked for: what is left out is as in `drawingDefaults`. */
export type DrawingOptions = z.input<typeof drawingSchema>

export const drawingDefaults: Drawing = drawingSchema.parse({})

/** The whole of what was asked for. @throws FlowerbedError `bad-input` */
export function drawingOf(options: DrawingOptions = {}): Drawing {
  const result = drawingSchema.safeParse(options)
  if (!result.success) throw fromZodError(result.error)
  return result.data
}

import { z } from 'zod'

/** Bins of a histogram of brightness, from black to white. */
export const histogramBins = 32

/** A number per pixel as a grey or colour picture; black is `low`, white is `high`. */
const mapSchema = z.object({
  /** File name inside the run's `diagnostics` folder. */
  file: z.string(),
  low: z.number(),
  high: z.number(),
})
export type DiagnosticMap = z.infer<typeof mapSchema>

/** How a run's encodings and drawings were at a step, seen on the same pictures each time. */
export const diagnosticsSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  step: z.int(),
  createdAt: z.number(),
  /** Pictures that were looked at; kept aside from training where some are. */
  pictures: z.int(),
  /** Null for a system without a posterior. Sizes in nats are those of one dimension on average. */
  posterior: z
    .object({
      mean: z.object({ average: z.number(), spread: z.number() }),
      std: z.object({ average: z.number(), low: z.number(), high: z.number() }),
      kl: z.number(),
      /** KL(q‖p) by pixel, the mean of the pictures and channels. */
      klMap: mapSchema,
      activeDimensions: z.int(),
      dimensions: z.int(),
      aggregateGap: z.number(),
    })
    .nullable(),
  /** Null where the prior is not learned. */
  prior: z.object({ meanMap: mapSchema, stdMap: mapSchema }).nullable(),
  /** Shares by channel and bin of brightness, of what was drawn and of the pictures, and how far one is from the other. */
  histogram: z.object({
    drawn: z.array(z.array(z.number())),
    pictures: z.array(z.array(z.number())),
    distance: z.number(),
  }),
  /** What is wrong, in words. */
  warnings: z.array(z.string()),
})
export type Diagnostics = z.infer<typeof diagnosticsSchema>

export const diagnosticsFolder = 'diagnostics'
const prefix = (step: number) => `step-${String(step).padStart(8, '0')}`
/** The JSON of a step, or the picture of one of its maps. */
export const diagnosticsFile = (step: number, map?: string): string =>
  map === undefined ? `${prefix(step)}.json` : `${prefix(step)}-${map}.png`
/** The step that a JSON's name tells; null for any other file. */
export function stepOfDiagnostics(file: string): number | null {
  const digits = /^step-(\d+)\.json$/.exec(file)?.[1]
  return digits === undefined ? null : Number(digits)
}

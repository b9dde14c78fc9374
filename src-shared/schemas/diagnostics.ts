import { z } from 'zod'

/** Bins of a histogram of brightness, from black to white. */
export const histogramBins = 32

/** A number per pixel as a grey or colour image; black is `low`, white is `high`. */
const mapSchema = z.object({
  /** File name inside the run's `diagnostics` folder. */
  file: z.string(),
  low: z.number(),
  high: z.number(),
})
export type DiagnosticMap = z.infer<typeof mapSchema>

/** Files of before 0.2 name images and samples by their old words. */
function withCurrentNames(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('pictures' in stored)) return stored
  const { pictures, histogram, ...rest } = stored as {
    pictures: unknown
    histogram?: Record<string, unknown>
  }
  const { drawn, pictures: ofImages, ...others } = histogram ?? {}
  return { ...rest, images: pictures, histogram: { ...others, samples: drawn, images: ofImages } }
}

const currentSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  step: z.int(),
  createdAt: z.number(),
  /** Images that were measured; of the validation split where there is one. */
  images: z.int(),
  /** Of q(z|x), or of q(c|x) without it; null for a system without an encoder. Sizes in nats are those of one dimension on average. */
  posterior: z
    .object({
      mean: z.object({ average: z.number(), spread: z.number() }),
      std: z.object({ average: z.number(), low: z.number(), high: z.number() }),
      kl: z.number(),
      /** KL(q‖p) by pixel, the mean of the images and channels; null where the encoding is a code. */
      klMap: mapSchema.nullable(),
      activeDimensions: z.int(),
      dimensions: z.int(),
      aggregateGap: z.number(),
    })
    .nullable(),
  /** Null where the prior is not trained. */
  prior: z.object({ meanMap: mapSchema, stdMap: mapSchema }).nullable(),
  /** Shares by channel and bin of brightness, of the samples and of the images, and how far one is from the other. */
  histogram: z.object({
    samples: z.array(z.array(z.number())),
    images: z.array(z.array(z.number())),
    distance: z.number(),
  }),
  /** What is wrong, in words. */
  warnings: z.array(z.string()),
})
/** How a run's encodings and samples were at a step, seen on the same images each time. */
export const diagnosticsSchema = z.preprocess(withCurrentNames, currentSchema)
export type Diagnostics = z.infer<typeof diagnosticsSchema>

export const diagnosticsFolder = 'diagnostics'
const prefix = (step: number) => `step-${String(step).padStart(8, '0')}`
/** The JSON of a step, or the image of one of its maps. */
export const diagnosticsFile = (step: number, map?: string): string =>
  map === undefined ? `${prefix(step)}.json` : `${prefix(step)}-${map}.png`
/** The step in a JSON's name; null for any other file. */
export function stepOfDiagnostics(file: string): number | null {
  const digits = /^step-(\d+)\.json$/.exec(file)?.[1]
  return digits === undefined ? null : Number(digits)
}

import { z } from 'zod'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'

/** A measured value and its standard error. */
export const estimateSchema = z.object({ value: z.number(), error: z.number() })
export type Estimate = z.infer<typeof estimateSchema>

/** A measure of the samples, and its floor: the same measure of real images, of which there are as many. */
export const comparedSchema = estimateSchema.extend({ floor: estimateSchema })
export type Compared = z.infer<typeof comparedSchema>

/** The measures that compare samples with images, in the order in which they are shown. */
export const measureNames = [
  'kernelDistance',
  'frechetDistance',
  'slicedWasserstein',
  'precision',
  'recall',
  'density',
  'coverage',
  'nearCopiesInPixels',
  'nearCopiesInFeatures',
] as const
export type MeasureName = (typeof measureNames)[number]

/** Network evaluations of the few-step curve. */
export const curveEvaluations = [1, 2, 4, 8, 16, 50] as const

/** Pairs of images that interpolations are measured between. */
export const interpolationPairs = { min: 2, max: 500, default: 50 } as const

/** The median of some values, and the worst. */
const spreadSchema = z.object({ median: z.number(), worst: z.number() })
export type Spread = z.infer<typeof spreadSchema>

/** A distance of the middle frames of interpolations, and of as many samples. */
const frameDistanceSchema = z.object({ frames: estimateSchema, samples: estimateSchema })

const interpolationSchema = z.object({
  encoder: z.string(),
  pairs: z.int(),
  frames: z.int(),
  /** The largest change between neighbouring frames over the mean change, by how frames are placed. */
  evenness: z.object({ even: spreadSchema, parameter: spreadSchema }),
  /** RMS difference of the first and last frame from the images, in [0, 1]. */
  endError: spreadSchema,
  /** How well the frames of the middle third fit the images, placed at an even pace. */
  middle: z.object({
    count: z.int(),
    kernelDistance: frameDistanceSchema,
    frechetDistance: frameDistanceSchema,
  }),
})
export type InterpolationQuality = z.infer<typeof interpolationSchema>

/** Fewest and most samples of an evaluation, and how many it takes unless told. */
export const evaluationCounts = { min: 16, max: 4096, default: 1000 } as const

/** How well a run's samples fit its images. */
export const evaluationSchema = z.object({
  format: z.literal(1),
  /** The training step that the weights are from. */
  step: z.int(),
  /** Samples, and as many images on each side of the floor. */
  count: z.int(),
  /** The images that the samples were compared with: the name of others than the training ones, and how many there are. */
  against: z.string().nullable(),
  images: z.int(),
  seed: z.int(),
  solver: z.string(),
  /** Network evaluations a sample. */
  evaluations: z.number(),
  measures: z.record(z.enum(measureNames), comparedSchema),
  /** Training images that near copies were looked for among. */
  searched: z.object({ pixels: z.int(), features: z.int() }),
  /** RMS difference of images in [0, 1] and their reconstructions, by encoder. */
  reconstruction: z.array(z.object({ encoder: z.string(), images: z.int(), error: estimateSchema })),
  /** Kernel distance by network evaluations; null where it was not asked for. */
  curve: z
    .object({
      solver: z.string(),
      count: z.int(),
      points: z.array(z.object({ evaluations: z.int(), kernelDistance: estimateSchema })),
    })
    .nullable(),
  /** Curvature of the paths from noise to image, 0 where they are straight; null where the curve was not asked for. */
  straightness: estimateSchema.nullable().default(null),
  /** Null where it was not asked for. */
  interpolation: interpolationSchema.nullable().default(null),
  seconds: z.number(),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** An evaluation as the history keeps it. */
export const keptEvaluationSchema = evaluationSchema.extend({
  /** The width of the average that was chosen for the checkpoint; null where none was, as before widths were kept. */
  width: z.number().nullable().default(null),
})
export type KeptEvaluation = z.infer<typeof keptEvaluationSchema>

/** The same with the time of its making in ms since 1970. */
export type EvaluationRecord = KeptEvaluation & { createdAt: number }

/** A sheet of samples on disk: one PNG of `count` images. */
export interface SheetSource {
  path: string
  shape: ImageShape
  count: number
  columns: number
}

/** Finds the dataset's images that are nearest to some images of its size. */
export interface NearestRequest {
  datasetDirectory: string
  /** Positions of images that are not looked at. */
  excluded?: number[]
  images: PixelBatch | SheetSource
  /** How many nearest images of each. */
  neighbours: number
  device: DeviceChoice
  job?: string
}

export interface NearestResult {
  /** As asked for, or as many as the dataset has images. */
  neighbours: number
  /** `neighbours` positions in the dataset for each image, the nearest first, and RMS differences of pixels in [0, 1]. */
  indices: Int32Array
  distances: Float32Array
}

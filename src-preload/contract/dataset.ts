import { z } from 'zod'
import { pictureShapeSchema } from './pictures.ts'
import type { PixelBatch } from './pictures.ts'

/** Width and height that images are trained at, in pixels. */
export const smallestSide = 8
export const largestSide = 512

const side = (word: string) =>
  z.coerce
    .number({ error: `Images must be a number of pixels ${word}` })
    .int(`Images must be a whole number of pixels ${word}`)
    .min(smallestSide, `Images must be at least ${smallestSide} pixels ${word}`)
    .max(largestSide, `Images must be at most ${largestSide} pixels ${word}`)

/** What import asks of the user; everything else follows from the files. */
export const importOptionsSchema = z.strictObject({
  name: z.string().trim().min(1, 'Give the images a name').max(200, 'A name has at most 200 characters'),
  height: side('high'),
  width: side('wide'),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** `crop` fills the frame and cuts what is over, `fit` shows all on white margins. */
  fit: z.enum(['crop', 'fit']),
  /** Subfolder names become labels. */
  labels: z.boolean(),
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/** A file that was passed over, and why, in words. */
export const problemFileSchema = z.object({ path: z.string(), reason: z.string() })
export type ProblemFile = z.infer<typeof problemFileSchema>

/** `index.json` beside `pixels.u8`: the packed dataset's table of contents. Columns, one entry a picture. */
export const datasetIndexSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  shape: pictureShapeSchema,
  count: z.int().min(0),
  options: importOptionsSchema,
  /** What was dropped: folders and files, absolute. */
  sources: z.array(z.string()),
  /** Per picture: absolute source path. */
  paths: z.array(z.string()),
  /** Per picture: sha256 of the source file, hex. */
  sha256: z.array(z.string()),
  /** Names that `labelOf` points into; empty without labels. */
  labels: z.array(z.string()),
  /** Per picture: position in `labels`, −1 without one. */
  labelOf: z.array(z.int()),
  problems: z.array(problemFileSchema),
  /** sha256 of `pixels.u8`, hex. */
  pixelsSha256: z.string(),
})
export type DatasetIndex = z.infer<typeof datasetIndexSchema>

/** A dataset as lists show it. Times are ms since 1970. */
export interface DatasetRecord {
  id: string
  name: string
  /** Folder that holds `index.json` and `pixels.u8`. */
  directory: string
  shape: z.infer<typeof pictureShapeSchema>
  count: number
  labels: string[]
  sources: string[]
  problemCount: number
  bytes: number
  createdAt: number
}

/** What a scan of dropped paths found, before anything is written. */
export interface ScanReport {
  /** Handle for `import`; lives as long as the importer keeps it. */
  scan: string
  sources: string[]
  /** Name to suggest: the dropped folder's. */
  suggestedName: string
  count: number
  totalBytes: number
  /** Width × height over the pictures looked at. */
  sizes: {
    minWidth: number
    minHeight: number
    medianWidth: number
    medianHeight: number
    maxWidth: number
    maxHeight: number
  }
  suggested: ImportOptions
  /** Share of pictures without colour, 0 … 1. */
  greyShare: number
  labels: { name: string; count: number }[]
  problems: ProblemFile[]
  /** A few dozen pictures spread over the folder, cropped square at 64 × 64 × 3. */
  thumbnails: PixelBatch
  thumbnailPaths: string[]
}

export interface ImportProgress {
  phase: 'scanning' | 'packing'
  done: number
  /** Unknown while still walking folders. */
  total?: number
  problems: number
  bytes: number
  picturesPerSecond: number
  secondsLeft?: number
  /** Some that were just read, to be shown while scanning goes on. */
  thumbnails?: PixelBatch
}

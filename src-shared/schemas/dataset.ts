import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { largestSide, imageShapeSchema, smallestSide } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

const sideMessage = (side: 'width' | 'height' | 'size') =>
  desktopText(`input.side.${side}`, { min: smallestSide, max: largestSide })

function side(name: 'width' | 'height') {
  const message = sideMessage(name)
  return z.coerce.number(message).int(message).min(smallestSide, message).max(largestSide, message)
}

const nameLength = 200

/** What import asks of the user; everything else follows from the files. */
export const importOptionsSchema = z.strictObject({
  name: z
    .string({ error: () => desktopText('input.imagesName') })
    .trim()
    .min(1, { error: () => desktopText('input.imagesName') })
    .max(nameLength, { error: () => desktopText('input.imagesNameLength', { max: nameLength }) }),
  height: side('height'),
  width: side('width'),
  channels: z.union([z.literal(1), z.literal(3)], { error: () => desktopText('input.channels') }),
  /** `crop` fills the frame and cuts what is over, `fit` shows all on white margins. */
  fit: z.enum(['crop', 'fit'], { error: () => desktopText('input.fit') }),
  /** Subfolder names become labels. */
  labels: z.boolean({ error: () => desktopText('input.labels') }),
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/**
 * Checks what is known of the options, so that nothing is scanned in vain.
 * @throws FlowerbedError `bad-input` with the allowed range in words
 */
export function checkImportOptions(changes: Partial<ImportOptions>): void {
  const checked = importOptionsSchema.partial().safeParse(changes)
  if (checked.success) return
  const [issue] = checked.error.issues
  const key = issue?.path[0]
  // One number for both sides, as the command line asks for it.
  const square = changes.width !== undefined && Object.is(changes.width, changes.height)
  const message = key === 'width' || key === 'height' ? sideMessage(square ? 'size' : key) : issue?.message
  const given = key === undefined ? undefined : changes[key as keyof ImportOptions]
  const text = errorText('import.notThisValue', {
    problem: message ?? errorText('import.impossible'),
    value: String(given),
  })
  throw new FlowerbedError('bad-input', text, { cause: checked.error })
}

/** A file that was passed over, and why, in words. */
export const problemFileSchema = z.object({ path: z.string(), reason: z.string() })
export type ProblemFile = z.infer<typeof problemFileSchema>

/** `index.json` beside `pixels.u8`: the packed dataset's table of contents. Columns, one entry an image. */
export const datasetIndexSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  shape: imageShapeSchema,
  count: z.int().min(0),
  options: importOptionsSchema,
  /** What was dropped: folders and files, absolute. */
  sources: z.array(z.string()),
  /** Per image: absolute source path. */
  paths: z.array(z.string()),
  /** Per image: sha256 of the source file, hex. */
  sha256: z.array(z.string()),
  /** Names that `labelOf` points into; empty without labels. */
  labels: z.array(z.string()),
  /** Per image: index in `labels`, −1 without one. */
  labelOf: z.array(z.int()),
  /** Per image, of its source file: upright size in pixels, bytes, ms since 1970; older imports did not note them. */
  details: z
    .object({
      width: z.array(z.int()),
      height: z.array(z.int()),
      bytes: z.array(z.int()),
      modified: z.array(z.int()),
    })
    .optional(),
  problems: z.array(problemFileSchema),
  /** sha256 of `pixels.u8`, hex. */
  pixelsSha256: z.string(),
})
export type DatasetIndex = z.infer<typeof datasetIndexSchema>

/** A dataset as the importer packs it. Times are ms since 1970. */
export interface PackedDataset {
  id: string
  name: string
  /** Folder that holds `index.json` and `pixels.u8`. */
  directory: string
  shape: z.infer<typeof imageShapeSchema>
  count: number
  labels: string[]
  sources: string[]
  problemCount: number
  bytes: number
  createdAt: number
}

/** A dataset as lists show it, with what the user says of it. */
export interface DatasetRecord extends PackedDataset {
  note: string
  tags: string[]
  starred: boolean
  /** Images that new runs leave out. */
  excludedCount: number
  /** The newer import of the same folder that took its place in the lists. */
  replacedBy: string | null
}

/** A dataset as an import made it or found it again, with what this import left out. */
export interface ImportedDataset extends PackedDataset {
  problems: ProblemFile[]
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
  /** Width × height over the images looked at. */
  sizes: {
    minWidth: number
    minHeight: number
    medianWidth: number
    medianHeight: number
    maxWidth: number
    maxHeight: number
  }
  suggested: ImportOptions
  /** Share of images without colour, 0 … 1. */
  greyShare: number
  labels: { name: string; count: number }[]
  problems: ProblemFile[]
  /** A few dozen images spread over the folder, cropped square at 64 × 64 × 3. */
  thumbnails: PixelBatch
}

/** Some files: how many, and the first of them by path. */
export interface FileList {
  count: number
  named: string[]
}
/** Most files that a list names. */
export const mostNamedFiles = 200

/** How a folder differs from what was imported from it. */
export interface DatasetDifference {
  added: FileList
  changed: FileList
  removed: FileList
  /** How many files are as they were. */
  unchanged: number
  /** Whether the import has noted the size of each file. */
  hasDetails: boolean
}

/** What a new scan of a dataset's folder found. */
export interface RescanReport {
  /** Handle for `datasets.updateImages`. */
  scan: string
  difference: DatasetDifference
}

export interface ImportProgress {
  phase: 'scanning' | 'packing' | 'comparing'
  done: number
  /** Unknown while folders are being listed. */
  total?: number
  problems: number
  bytes: number
  imagesPerSecond: number
  secondsLeft?: number
  /** Some that were just read, to be shown during the scan. */
  thumbnails?: PixelBatch
}

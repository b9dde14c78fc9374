import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import { importOptionsSchema } from '#shared/schemas/dataset.ts'
import type {
  DatasetIndex,
  DatasetRecord,
  ProblemFile,
  RescanReport,
  ScanReport,
} from '#shared/schemas/dataset.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { Deletion } from '#shared/ipc/storage.ts'
import { absolutePath, byId, channel, noteSchema, nothing, tagsSchema, type } from '#shared/ipc/channel.ts'

export interface RecentFolder {
  path: string
  usedAt: number
  exists: boolean
}

/** What a dataset's page shows of all of its images at once; columns, one entry an image. */
export interface DatasetContents {
  labels: string[]
  /** Position in `labels`, −1 without one. */
  labelOf: Int32Array
  /** Upright size of the source files in pixels; empty where the import did not note them, 0 where it is not known. */
  width: Int32Array
  height: Int32Array
  /** Positions of the images that new runs leave out. */
  excluded: number[]
  problems: ProblemFile[]
}

/** One image of a dataset. */
export interface ImageFacts {
  path: string
  label: string | null
  width: number
  height: number
  bytes: number
}

export const byImage = z.strictObject({ id: z.string(), index: z.int().min(0) })
const byJob = z.strictObject({ job: z.string() })
const paths = z
  .array(absolutePath(() => desktopText('input.absolutePaths')))
  .min(1)
  .max(100_000)
const imagesPerRequest = 512

/** Progress of a scan or an import, and cancelling one, go by `job`. */
export const datasetChannels = {
  'datasets.list': channel({ input: nothing, output: type<DatasetRecord[]>() }),
  'datasets.recent': channel({ input: nothing, output: type<RecentFolder[]>() }),
  'datasets.scan': channel({
    input: z.strictObject({ job: z.string(), paths }),
    output: type<ScanReport>(),
  }),
  /** The first images of a scan as an import with these options packs them, in the order of its thumbnails. */
  'datasets.preview': channel({
    input: z.strictObject({
      scan: z.string(),
      count: z.int().min(1).max(64),
      shape: imageShapeSchema,
      fit: importOptionsSchema.shape.fit,
    }),
    output: type<PixelBatch>(),
  }),
  'datasets.import': channel({
    input: z.strictObject({ job: z.string(), scan: z.string(), options: importOptionsSchema }),
    output: type<DatasetRecord>(),
  }),
  /** The dataset that was imported from exactly these paths; null where there is none. */
  'datasets.ofPaths': channel({ input: z.strictObject({ paths }), output: type<DatasetRecord | null>() }),
  /** Compares the folder of a dataset with what was imported from it. */
  'datasets.rescan': channel({
    input: z.strictObject({ id: z.string(), job: z.string() }),
    output: type<RescanReport>(),
  }),
  /** Imports the difference: a dataset that replaces the one before, which stays for the runs that use it. */
  'datasets.updateImages': channel({
    input: z.strictObject({ id: z.string(), job: z.string(), scan: z.string() }),
    output: type<DatasetRecord>(),
  }),
  'datasets.cancel': channel({ input: byJob, output: type<void>() }),
  'datasets.forgetScan': channel({ input: z.strictObject({ scan: z.string() }), output: type<void>() }),
  'datasets.problems': channel({ input: byId, output: type<ProblemFile[]>() }),
  'datasets.labels': channel({ input: byId, output: type<Pick<DatasetIndex, 'labels' | 'labelOf'>>() }),
  /** What is known of each image, and which ones are excluded. */
  'datasets.contents': channel({ input: byId, output: type<DatasetContents>() }),
  'datasets.image': channel({ input: byImage, output: type<ImageFacts>() }),
  /** Groups of nearly identical images that are not excluded, as positions; may take minutes for very many. */
  'datasets.nearDuplicates': channel({
    input: z.strictObject({ id: z.string(), job: z.string() }),
    output: type<number[][]>(),
  }),
  /** Leaves images out of new runs, or takes them in again; runs keep what they were made with. */
  'datasets.exclude': channel({
    input: z.strictObject({
      id: z.string(),
      images: z.array(z.int().min(0)).max(10_000_000),
      excluded: z.boolean(),
    }),
    output: type<DatasetRecord>(),
  }),
  /** Images by index; at most 512 a call. */
  'datasets.images': channel({
    input: z.strictObject({ id: z.string(), indices: z.array(z.int().min(0)).max(imagesPerRequest) }),
    output: type<PixelBatch>(),
  }),
  'datasets.update': channel({
    input: z.strictObject({
      id: z.string(),
      name: z
        .string()
        .trim()
        .min(1, { error: () => desktopText('input.imagesName') })
        .max(200)
        .exactOptional(),
      note: noteSchema.exactOptional(),
      tags: tagsSchema.exactOptional(),
      starred: z.boolean().exactOptional(),
    }),
    output: type<DatasetRecord>(),
  }),
  /** Deletes the packed files; runs made with it stay. Can be undone for a while by `storage.undo`. */
  'datasets.delete': channel({ input: byId, output: type<Deletion>() }),
}

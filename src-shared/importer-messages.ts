import type {
  ImportedDataset,
  ImportOptions,
  ImportProgress,
  RescanReport,
  ScanReport,
} from '#shared/schemas/dataset.ts'
import type { SheetSource } from '#shared/schemas/evaluation.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { AnimationOptions, SavedImages } from '#shared/schemas/image-file.ts'

/** Images to write, and how. */
export interface SaveImagesRequest extends AnimationOptions {
  job: string
  images: PixelBatch
  /** The file, or for `frames` the folder, which must not exist. */
  path: string
}

/** Files that may have crashed an importer process. */
export interface CrashSuspects {
  /** Being read when a process crashed: each is tried alone first, which shows which one caused it. */
  careful: string[]
  /** Crashed the process when tried alone: never opened again, reported as problems. */
  refused: string[]
}

/** Environment variable with the path of the file that lists what the importer is reading. */
export const inFlightLogVariable = 'FLOWERBED_IMPORTER_IN_FLIGHT_LOG'

/** A PNG of some images of a sheet, in a near square where they are several. */
export interface SavedSamples {
  path: string
  /** Positions on the sheet. */
  images: number[]
  /** How many times each pixel is enlarged. */
  enlarge: number
  /** Text that the file carries, by keyword, in ASCII. */
  text: Record<string, string>
}

/** Requests the importer process answers; `[argument, result]`. */
export interface ImporterRequests {
  /** Lists folders and files, reads headers, makes thumbnails; writes nothing. */
  scan: [{ job: string; paths: string[]; avoid?: CrashSuspects }, ScanReport]
  /** As `scan`, of what a packed dataset was imported from, and how that differs from it. */
  rescan: [{ job: string; directory: string; avoid?: CrashSuspects }, RescanReport & { sources: string[] }]
  /** Decodes everything of a scan into `<datasetsDirectory>/<id>/`, atomically. */
  pack: [
    {
      job: string
      scan: string
      options: ImportOptions
      datasetsDirectory: string
      /** An earlier import of the same folder, whose unchanged images are not decoded again. */
      reuse?: string
      avoid?: CrashSuspects
    },
    ImportedDataset,
  ]
  /** The first of a scan's thumbnails as `pack` would decode them; those that cannot be read are left out. */
  preview: [{ scan: string; count: number; shape: ImageShape; fit: ImportOptions['fit'] }, PixelBatch]
  /** Groups of nearly identical images of a packed dataset, as positions; progress by events. */
  nearDuplicates: [{ job: string; directory: string; excluded: number[] }, number[][]]
  /** One user image at a given shape, as import would have decoded it. */
  decode: [{ path: string; shape: ImageShape; fit: ImportOptions['fit'] }, PixelBatch]
  /** Writes images of one of the app's own sheets as PNG files. */
  saveSamples: [{ sheet: SheetSource; files: SavedSamples[] }, void]
  /** The text of a keyword that an image file carries, and its pixels; null where it carries none. */
  readText: [{ path: string; keyword: string }, { text: string; image: PixelBatch } | null]
  /** Writes images as files, completely or not at all; progress by events. */
  save: [SaveImagesRequest, SavedImages]
  /** Ends a scan, pack or save; its promise rejects with kind `cancelled`, its temporary files are gone. */
  cancel: [{ job: string }, void]
  /** Drops what a scan remembered. */
  forget: [{ scan: string }, void]
}

export type ImporterEvent =
  | { type: 'progress'; job: string; progress: ImportProgress }
  /** The share of a save that is done, in [0, 1]. */
  | { type: 'saving'; job: string; share: number }

import type { DatasetRecord, ImportOptions, ImportProgress, ScanReport } from './dataset.ts'
import type { PictureShape, PixelBatch } from './pictures.ts'

/** Requests the importer process answers; `[argument, result]`. */
export interface ImporterRequests {
  /** Walks folders and files, reads headers, makes thumbnails; writes nothing. */
  scan: [{ job: string; paths: string[] }, ScanReport]
  /** Decodes everything of a scan into `<datasetsDirectory>/<id>/`, atomically. */
  pack: [{ job: string; scan: string; options: ImportOptions; datasetsDirectory: string }, DatasetRecord]
  /** One user picture at a given shape, as import would have decoded it. */
  decode: [{ path: string; shape: PictureShape; fit: ImportOptions['fit'] }, PixelBatch]
  /** Ends a scan or pack; its promise rejects with kind `cancelled`, its temporary files are gone. */
  cancel: [{ job: string }, void]
  /** Drops what a scan remembered. */
  forget: [{ scan: string }, void]
}

export type ImporterEvent = { type: 'progress'; job: string; progress: ImportProgress }

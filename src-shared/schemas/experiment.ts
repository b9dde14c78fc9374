import type { PixelBatch } from '#shared/schemas/image.ts'
import type { EncoderName } from '#shared/sampling-messages.ts'

export const experimentKinds = [
  'ladder', // the reference's systems and the default preset, with the same seed
  'study', // a grid of settings, each point with several seeds
] as const
export type ExperimentKind = (typeof experimentKinds)[number]

/**
 * Runs on the same images with the same budget, as SQLite keeps them; each run names its experiment. Times are ms since
 * 1970.
 */
export interface ExperimentRecord {
  id: string
  kind: ExperimentKind
  name: string
  /** Keys of the settings in which its runs differ by intent, `preset` among them; the seed is not listed. */
  varied: string[]
  /** null when the dataset was deleted. */
  datasetId: string | null
  createdAt: number
}

/** An experiment with what is being done for it now; null while nothing is, nor is to be by itself. */
export interface Experiment extends ExperimentRecord {
  activity: 'training' | 'reconstructing' | 'queued' | null
}

/** How long each run of an experiment trains; with both, whichever ends first. */
export interface Budget {
  steps?: number | undefined
  minutes?: number | undefined
}

/** A few fixed images and their reconstructions by a trained run. */
export interface Reconstruction {
  runId: string
  /** Of the run when it reconstructed them. */
  step: number
  encoder: EncoderName
  originals: PixelBatch
  reconstructions: PixelBatch
  /** RMS difference of each image and its reconstruction, in [0, 1]. */
  error: number[]
}

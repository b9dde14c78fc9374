import type { SamplingRequest } from '#shared/sampling-messages.ts'
import type { Compared } from '#shared/schemas/evaluation.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { SavedCheckpoint } from '#shared/schemas/run.ts'

/**
 * Widths of averages by power functions: the standard deviation of their profile as a share of the steps (σ_rel of Karras et
 * al. 2024). A run keeps averages of these two, from whose snapshots any other is found after the run.
 */
export const keptWidths = [0.05, 0.1] as const

/** Widths that can be asked for: below, snapshots are too far apart; at 1/√12 all steps weigh the same. */
export const widthRange = { min: 0.01, max: 0.28 } as const

/** Widths that are compared to choose one. */
export const comparedWidths = [0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2] as const

/** Whether a run keeps an average of its weights, which samples are generated with. */
export const keepsAverage = ({ emaKind, emaDecay }: Pick<RunConfig, 'emaKind' | 'emaDecay'>): boolean =>
  emaKind === 'power' || emaDecay > 0

/** The name of a width in files, in lists and in options: 0.05 → “0.050”. */
export const widthText = (width: number): string => width.toFixed(3)

/** The width of the average that was chosen for a checkpoint, by the name of its file; null where none was. */
export function widthOfFile(file: string): number | null {
  const width = /-width-([\d.]+)\.safetensors$/.exec(file)?.[1]
  return width === undefined ? null : Number(width)
}

/** A snapshot of a run's averages, as the engine reports it. */
export interface SavedSnapshot {
  runId: string
  step: number
  /** File name inside the run's folder of snapshots; its JSON stands beside it. */
  file: string
  sha256: string
  bytes: number
  /** Snapshots of steps that are no multiples of this many are not kept. */
  interval: number
}

/** Fewest and most samples by which widths are compared, and how many are taken unless told. */
export const comparedCounts = { min: 16, max: 4096, default: 512 } as const

/** The average of a width, and how far its samples are from the images. */
export interface ComparedWidth {
  width: number
  /** How far its profile is from a power function's: root mean square, relative. */
  profileError: number
  /** Null where only one width was asked for. */
  kernelDistance: Compared | null
}

/** Asks for the averages of some widths at a checkpoint; the best of several by its samples, or the only one, is kept. */
export interface AverageRequest extends SamplingRequest {
  widths: number[]
  /** The folder of the images that the run was trained on; null where they are deleted. */
  datasetDirectory: string | null
  /** Positions of images that the run leaves out. */
  excluded?: number[]
  /** Samples of each width; fewer where there are fewer than twice as many images. */
  count: number
  seed: number
}

export interface AverageResult {
  step: number
  /** The width that was kept. */
  width: number
  /** In the order asked for. */
  compared: ComparedWidth[]
  /** Samples of each width; 0 where only one was asked for. */
  count: number
  /** Snapshots that the averages were made of, besides the checkpoint. */
  snapshots: number
  /** The checkpoint with the average, which takes the place of the one that was asked about. */
  record: SavedCheckpoint
}

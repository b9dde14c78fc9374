import type { RunConfig } from '#shared/schemas/run-config.ts'

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

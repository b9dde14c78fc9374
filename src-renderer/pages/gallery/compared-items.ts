import { formatCount } from '#shared/format.ts'
import type { CheckpointRecord, RunRecord } from '#shared/schemas/run.ts'
import { evaluationsPerStep, samplingDefaults } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { t } from '../../i18n.ts'
import { stepsOfCounts } from './evaluation-counts.ts'
import type { ComparedItem } from './use-comparison.ts'

/** Checkpoints or runs side by side at most. */
export const mostSources = 4

/** One checkpoint with several numbers of evaluations. */
export function itemsByEvaluations(options: {
  runId: string
  checkpoint: number
  solver: SolverName
  counts: number[]
}): ComparedItem[] {
  const { runId, checkpoint, solver, counts } = options
  return stepsOfCounts(solver, counts).map((steps) => ({
    ...{ runId, checkpoint, sampling: { ...samplingDefaults, solver, steps } },
    title: t('gallery.evaluations', { count: steps * evaluationsPerStep[solver] }),
  }))
}

/** Several checkpoints of a run, the earliest first. */
export const itemsByCheckpoint = (
  runId: string,
  { steps, solver }: { steps: number[]; solver: SolverName },
): ComparedItem[] =>
  [...steps]
    .sort((a, b) => a - b)
    .map((checkpoint) => ({
      ...{ runId, checkpoint, sampling: { ...samplingDefaults, solver } },
      title: t('gallery.player.step', { step: formatCount(checkpoint) }),
    }))

/** Several runs, each with its latest checkpoint; runs without any are left out. */
export const itemsByRun = (
  runs: { run: RunRecord; checkpoints: CheckpointRecord[] }[],
  solver: SolverName,
): ComparedItem[] =>
  runs.flatMap(({ run, checkpoints }) => {
    const latest = checkpoints.find(({ damaged }) => !damaged)
    if (!latest) return []
    return {
      title: run.name,
      runId: run.id,
      checkpoint: latest.step,
      sampling: { ...samplingDefaults, solver },
    }
  })

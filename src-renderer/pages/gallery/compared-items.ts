import { formatCount } from '#shared/format.ts'
import type { CheckpointRecord, RunRecord } from '#shared/schemas/run.ts'
import { evaluationsPerStep, samplingDefaults } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { t } from '../../i18n.ts'
import { stepsOfCounts } from './evaluation-counts.ts'
import type { ComparedItem } from './use-comparison.ts'

/** What all columns are sampled with. */
type Shared = Pick<Sampling, 'solver' | 'guidance' | 'label'>

/** Checkpoints or runs side by side at most. */
export const mostSources = 4

/** One checkpoint with several numbers of evaluations. */
export function itemsByEvaluations(options: {
  runId: string
  checkpoint: number
  shared: Shared
  counts: number[]
}): ComparedItem[] {
  const { runId, checkpoint, shared, counts } = options
  return stepsOfCounts(shared.solver, counts).map((steps) => ({
    ...{ runId, checkpoint, sampling: { ...samplingDefaults, ...shared, steps } },
    title: t('gallery.evaluations', { count: steps * evaluationsPerStep[shared.solver] }),
  }))
}

/** Several checkpoints of a run, the earliest first. */
export const itemsByCheckpoint = (
  runId: string,
  { steps, shared }: { steps: number[]; shared: Shared },
): ComparedItem[] =>
  [...steps]
    .sort((a, b) => a - b)
    .map((checkpoint) => ({
      ...{ runId, checkpoint, sampling: { ...samplingDefaults, ...shared } },
      title: t('gallery.player.step', { step: formatCount(checkpoint) }),
    }))

/** Several runs, each with its latest checkpoint; runs without any are left out. */
export const itemsByRun = (
  runs: { run: RunRecord; checkpoints: CheckpointRecord[] }[],
  shared: Shared,
): ComparedItem[] =>
  runs.flatMap(({ run, checkpoints }) => {
    const latest = checkpoints.find(({ damaged }) => !damaged)
    if (!latest) return []
    return {
      title: run.name,
      runId: run.id,
      checkpoint: latest.step,
      sampling: { ...samplingDefaults, ...shared },
    }
  })

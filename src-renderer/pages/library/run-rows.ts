import type { Experiment } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { historyEntries } from './history-entries.ts'

/** A row of the table of runs: a run, one of an experiment that is unfolded, or an experiment. */
export type RunRow =
  | { key: string; run: RunRecord; inside: boolean; experiment?: undefined }
  | { key: string; run?: undefined; experiment: Experiment; open: boolean }

/** The rows of sorted runs, those of an experiment below it where it is open. */
export function runRows(
  runs: RunRecord[],
  options: {
    experiments: readonly Experiment[]
    isOpen: (id: string) => boolean
    /** Orders the runs of an experiment. */
    inOrder: (id: string, runs: RunRecord[]) => RunRecord[]
  },
): RunRow[] {
  const { experiments, isOpen, inOrder } = options
  const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]))
  return historyEntries(runs, new Set(byId.keys())).flatMap((entry): RunRow[] => {
    if (entry.kind === 'run') return [{ key: entry.run.id, run: entry.run, inside: false }]
    const experiment = byId.get(entry.id)
    if (!experiment) return []
    const open = isOpen(entry.id)
    const inside = open ? inOrder(entry.id, entry.runs) : []
    return [{ key: entry.id, experiment, open }, ...inside.map((run) => ({ key: run.id, run, inside: true }))]
  })
}

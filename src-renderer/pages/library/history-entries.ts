import type { RunRecord } from '#shared/schemas/run.ts'

/** An entry of the list of runs: a single run, or those of an experiment together. */
export type HistoryEntry =
  { kind: 'run'; run: RunRecord } | { kind: 'experiment'; id: string; runs: RunRecord[] }

/** Groups sorted runs: those of one known experiment are gathered at the position of the first. */
export function historyEntries(found: RunRecord[], known: ReadonlySet<string>): HistoryEntry[] {
  const entries: HistoryEntry[] = []
  const groups = new Map<string, RunRecord[]>()
  for (const run of found) {
    const { experimentId } = run
    if (experimentId === null || !known.has(experimentId)) {
      entries.push({ kind: 'run', run })
      continue
    }
    const group = groups.get(experimentId)
    if (group) group.push(run)
    else {
      const runs = [run]
      groups.set(experimentId, runs)
      entries.push({ kind: 'experiment', id: experimentId, runs })
    }
  }
  return entries
}

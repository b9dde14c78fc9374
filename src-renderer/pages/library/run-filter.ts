import type { RunRecord } from '#shared/schemas/run.ts'

export const runOrders = {
  newest: 'Newest first',
  name: 'By name',
  loss: 'Lowest loss first',
  longest: 'Longest first',
} as const
export type RunOrder = keyof typeof runOrders

const compare: Record<RunOrder, (a: RunRecord, b: RunRecord) => number> = {
  newest: (a, b) => b.createdAt - a.createdAt,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  loss: (a, b) => (a.losses['loss'] ?? Infinity) - (b.losses['loss'] ?? Infinity),
  longest: (a, b) => b.trainedSeconds - a.trainedSeconds,
}

/** Runs that hold every word of `text` in their name, note, tags, dataset or preset, in the order asked for. */
export function filterRuns(
  runs: RunRecord[],
  options: { text: string; starredOnly: boolean; order: RunOrder },
): RunRecord[] {
  const words = options.text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs
    .filter((run) => {
      if (options.starredOnly && !run.starred) return false
      const all = [run.name, run.note, run.datasetName, run.preset, ...run.tags].join(' ').toLowerCase()
      return words.every((word) => all.includes(word))
    })
    .sort(compare[options.order])
}

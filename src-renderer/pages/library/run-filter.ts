import type { RunRecord } from '#shared/schemas/run.ts'

export const runOrders = ['newest', 'name', 'loss', 'longest'] as const
export type RunOrder = (typeof runOrders)[number]

const compare: Record<RunOrder, (a: RunRecord, b: RunRecord) => number> = {
  newest: (a, b) => b.createdAt - a.createdAt,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  loss: (a, b) => (a.losses['loss'] ?? Infinity) - (b.losses['loss'] ?? Infinity),
  longest: (a, b) => b.trainedSeconds - a.trainedSeconds,
}

/** Runs with every word of `text` in their name, note, tags, dataset or preset, sorted by `order`. */
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

import type { RunBytes } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

export const kinds = ['checkpoints', 'samples', 'averages', 'diagnostics', 'other'] as const

/** The bytes of a run's files, and of all of them. */
export type Bytes = RunBytes & { total: number }
export type StorageRow = Bytes & { run: RunRecord }

const nothing: RunBytes = { checkpoints: 0, samples: 0, averages: 0, diagnostics: 0, other: 0 }

/** The runs, the largest first. */
export function storageRows(runs: RunRecord[], sizes: Record<string, RunBytes>): StorageRow[] {
  return runs
    .map((run) => {
      const bytes = sizes[run.id] ?? nothing
      return { ...bytes, run, total: kinds.reduce((sum, kind) => sum + bytes[kind], 0) }
    })
    .sort((a, b) => b.total - a.total || b.run.createdAt - a.run.createdAt)
}

export function sumOf(rows: Bytes[]): Bytes {
  const sum: Bytes = { ...nothing, total: 0 }
  for (const row of rows) for (const kind of [...kinds, 'total'] as const) sum[kind] += row[kind]
  return sum
}

/** The colour of a kind in the bar and its legend. */
export const colourOf: Record<(typeof kinds)[number] | 'datasets', string> = {
  checkpoints: 'var(--curve-1)',
  samples: 'var(--curve-3)',
  averages: 'var(--curve-4)',
  diagnostics: 'var(--curve-5)',
  other: 'var(--line-strong)',
  datasets: 'var(--curve-2)',
}

import type { RunColumn } from '#shared/schemas/library-view.ts'

/** Width of a column in pixels, and whether it holds numbers. */
export interface ColumnShape {
  width: number
  number: boolean
}

export const columnShapes: Record<RunColumn, ColumnShape> = {
  state: { width: 92, number: false },
  progress: { width: 80, number: true },
  step: { width: 68, number: true },
  time: { width: 96, number: true },
  loss: { width: 72, number: true },
  quality: { width: 112, number: true },
  size: { width: 68, number: true },
  dataset: { width: 120, number: false },
  preset: { width: 88, number: false },
  started: { width: 92, number: true },
  target: { width: 104, number: false },
}

/** The first are left out last where the window is narrow: those that are there only if asked for, then the others. */
const byImportance: RunColumn[] = [
  ...(['target', 'dataset', 'preset', 'state', 'loss', 'time', 'started'] as const),
  ...(['progress', 'size', 'quality', 'step'] as const),
]

/** Of the chosen columns those that fit into a width, in their order. */
export function fittingColumns(chosen: readonly RunColumn[], width: number): RunColumn[] {
  let left = width
  const fitting = new Set<RunColumn>()
  for (const column of byImportance.filter((one) => chosen.includes(one))) {
    if (columnShapes[column].width > left) continue
    left -= columnShapes[column].width
    fitting.add(column)
  }
  return chosen.filter((column) => fitting.has(column))
}

import { z } from 'zod'
import { guideStepsToKeep } from '#shared/guidance.ts'
import type { CheckpointRecord, SampleRecord } from '#shared/schemas/run.ts'

/** What of runs is thinned out. */
export const thinningSchema = z.strictObject({
  checkpoints: z.boolean(),
  samples: z.boolean(),
  /** The snapshots from which averages of other widths are made. */
  averages: z.boolean().default(false),
  /** Of the others every n-th is kept, from the oldest on; 0 keeps none of them. */
  keepEvery: z.int().min(0).max(1000),
})
export type Thinning = z.infer<typeof thinningSchema>

/** What thinning out deletes. */
export interface ThinningPlan {
  checkpoints: number
  /** Sheets of samples. */
  sheets: number
  /** Snapshots of averages. */
  averages: number
  bytes: number
}

const isNth = (position: number, keepEvery: number) => keepEvery > 0 && position % keepEvery === 0

/** The checkpoints to delete: not the best, the pinned, the newest, those that guide samples, nor every n-th. */
export function surplusCheckpoints(all: CheckpointRecord[], keepEvery: number): CheckpointRecord[] {
  const byAge = [...all].sort((a, b) => a.createdAt - b.createdAt || a.step - b.step)
  const newest = byAge.findLast(({ damaged }) => !damaged) ?? byAge.at(-1)
  const steps = all.map(({ step }) => step)
  const guides = new Set(newest ? guideStepsToKeep(steps, newest.step) : [])
  return byAge.filter(
    (one, i) => !(one.best || one.pinned || one === newest || guides.has(one.step) || isNth(i, keepEvery)),
  )
}

/**
 * The sheets to delete: of those that are made while training not the newest, every n-th, nor any of which an image is
 * marked; never such as the user asked for.
 */
export function surplusSamples(
  all: SampleRecord[],
  { keepEvery, marked }: { keepEvery: number; marked: ReadonlySet<string> },
): SampleRecord[] {
  const grids = all
    .filter(({ kind }) => kind === 'grid')
    .sort((a, b) => a.step - b.step || a.createdAt - b.createdAt)
  return grids.filter((one, i) => !(i === grids.length - 1 || marked.has(one.id) || isNth(i, keepEvery)))
}

/** The steps of the snapshots to delete: every n-th stays, counted so that those that stay are at even distances. */
export const surplusSnapshots = (steps: number[], keepEvery: number): number[] =>
  steps.filter((_, i) => !isNth(i + 1, keepEvery))

import { z } from 'zod'

/** How many runs are compared at a time. */
export const comparedRuns = { min: 2, max: 20 }

export const comparisonSortSchema = z.strictObject({ by: z.string(), descending: z.boolean() })
export type ComparisonSort = z.infer<typeof comparisonSortSchema>

/** Which runs are compared, and how that is shown. */
export const compareViewSchema = z.strictObject({
  /** Their ids, in the order in which they were added. */
  runs: z.array(z.string()).max(comparedRuns.max),
  /** Keys of the columns; null for those that say most. */
  columns: z.array(z.string()).nullable(),
  /** Only columns in which the runs differ. */
  onlyDiffering: z.boolean(),
  /** null for the order of the runs. */
  sort: comparisonSortSchema.nullable(),
  /** Metrics whose curves are shown. */
  metrics: z.array(z.string()),
})
export type CompareView = z.infer<typeof compareViewSchema>

export const defaultCompareView: CompareView = {
  ...{ runs: [], columns: null, onlyDiffering: false, sort: null },
  metrics: ['loss', 'kernelDistance'],
}

/** A view that the user saved by a name, which no other view has. */
export const savedViewSchema = z.strictObject({
  id: z.string(),
  name: z.string().trim().min(1).max(100),
  view: compareViewSchema,
  updatedAt: z.number(),
})
export type SavedView = z.infer<typeof savedViewSchema>

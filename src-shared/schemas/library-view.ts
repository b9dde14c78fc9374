import { z } from 'zod'
import { runStatuses } from '#shared/schemas/run.ts'

/** Columns of the list of runs besides the name, in the order in which they stand. */
export const runColumns = [
  'state',
  'progress',
  'step',
  'time',
  'loss',
  'quality',
  'size',
  'dataset',
  'preset',
  'started',
  'target',
] as const
export type RunColumn = (typeof runColumns)[number]

/** What the runs are sorted by. */
const sortKeys = ['name', ...runColumns] as const
export type SortKey = (typeof sortKeys)[number]

/** What the library shows, and how: kept from launch to launch. Each part that cannot be read is as at first. */
export const libraryViewSchema = z.strictObject({
  text: z.string().max(1000).catch(''),
  starred: z.boolean().catch(false),
  tag: z.string().nullable().catch(null),
  status: z.enum(runStatuses).nullable().catch(null),
  columns: z
    .array(z.enum(runColumns))
    .catch(['state', 'progress', 'step', 'time', 'loss', 'quality', 'size', 'started']),
  sort: z
    .strictObject({ by: z.enum(sortKeys), descending: z.boolean() })
    .catch({ by: 'started', descending: true }),
})
export type LibraryView = z.infer<typeof libraryViewSchema>

/** What is shown before anything was chosen. */
export const defaultLibraryView: LibraryView = libraryViewSchema.parse({
  ...{ text: undefined, starred: undefined, tag: undefined, status: undefined },
  ...{ columns: undefined, sort: undefined },
})

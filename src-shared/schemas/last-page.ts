import { z } from 'zod'

export const pages = [
  'library',
  'run',
  'experiment',
  'gallery',
  'interpolation',
  'compare',
  'dataset',
  'storage',
  'queue',
  'settings',
] as const
export type Page = (typeof pages)[number]

/** The page of the window and what is selected, kept from launch to launch. */
export const lastPageSchema = z.strictObject({
  page: z.enum(pages),
  runId: z.string().nullable(),
  experimentId: z.string().nullable(),
  datasetId: z.string().nullable(),
})
export type LastPage = z.infer<typeof lastPageSchema>

import { desktopText } from '#shared/desktop-text.ts'
import { z } from 'zod'

/** What the user says of one image of a sheet. */
export const sampleMarkSchema = z.strictObject({
  /** Id of the sheet. */
  sample: z.string(),
  /** Position on it. */
  image: z.int().min(0),
  starred: z.boolean(),
  hidden: z.boolean(),
  /** Names of the collections that it is in. */
  collections: z
    .array(
      z
        .string()
        .trim()
        .min(1, { error: () => desktopText('input.collectionName') })
        .max(60),
    )
    .max(50),
})
export type SampleMark = z.infer<typeof sampleMarkSchema>

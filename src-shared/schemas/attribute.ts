import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import { chosenImageSchema } from '#shared/schemas/chosen-image.ts'

/** Images that may be chosen one by one for a group. */
export const mostChosen = 64

/** One side of an attribute: images with a label, all others, or some that were chosen. */
export const attributeGroupSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('label'), label: z.string(), others: z.boolean() }),
  z.strictObject({ kind: z.literal('images'), images: z.array(chosenImageSchema).min(1).max(mostChosen) }),
])
export type AttributeGroup = z.infer<typeof attributeGroupSchema>

export const attributeNameSchema = z
  .string()
  .trim()
  .min(1, { error: () => desktopText('input.attributeName') })
  .max(60)

/** How far a slider goes to either side: 1 is the whole difference of the groups. */
export const strengthRange = { min: -3, max: 3, step: 0.05 }

/** What is stored of a direction besides its numbers. */
export const attributeDocumentSchema = z.object({
  add: attributeGroupSchema,
  subtract: attributeGroupSchema,
  /** Of what it is a direction. */
  space: z.enum(['code', 'latent']),
  /** The training step of the weights that it was found with. */
  step: z.int(),
  /** RMS of the direction. */
  size: z.number(),
  /** Number of images in each group. */
  added: z.int(),
  subtracted: z.int(),
})
export type AttributeDocument = z.infer<typeof attributeDocumentSchema>

/** A named direction in a run's latent space: mean(add) − mean(subtract). */
export interface AttributeRecord extends AttributeDocument {
  id: string
  runId: string
  name: string
  createdAt: number
}

import { z } from 'zod'
import { absolutePath } from '#shared/ipc/channel.ts'

export const imagePathSchema = absolutePath('Choose a file')

/** An image chosen for latent space: from the run's dataset, or a file of the user's. */
export const chosenImageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), index: z.int().min(0) }),
  z.strictObject({ kind: z.literal('file'), path: imagePathSchema }),
])
export type ChosenImage = z.infer<typeof chosenImageSchema>

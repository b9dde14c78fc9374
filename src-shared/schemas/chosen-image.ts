import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import { absolutePath } from '#shared/ipc/channel.ts'

export const imagePathSchema = absolutePath(() => desktopText('input.file'))

/** An image chosen for latent space: from the run's dataset, or a file of the user's. */
export const chosenImageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), index: z.int().min(0) }),
  z.strictObject({ kind: z.literal('file'), path: imagePathSchema }),
])
export type ChosenImage = z.infer<typeof chosenImageSchema>

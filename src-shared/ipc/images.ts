import { z } from 'zod'
import { animationOptionsSchema, pixelBatchSchema } from '#shared/schemas/image-file.ts'
import type { SavedImages } from '#shared/schemas/image-file.ts'
import { channel, type } from '#shared/ipc/channel.ts'

/** The name of a file without its ending; what a file system does not allow in it is replaced. */
const name = z.string().min(1).max(200)

/** Images that leave the window. */
export const imageChannels = {
  /** Asks for a path, and writes there; null when no path was chosen. Progress and cancelling go by `job`. */
  'images.save': channel({
    input: animationOptionsSchema.extend({ job: z.string(), images: pixelBatchSchema, name }),
    output: type<SavedImages | null>(),
  }),
  'images.cancel': channel({ input: z.strictObject({ job: z.string() }), output: type<void>() }),
  /** Begins to drag an image to another program, as a file; to be sent by a `dragstart`. */
  'images.drag': channel({
    input: z.strictObject({ image: pixelBatchSchema, enlarge: z.int().min(1).max(128), name }),
    output: type<void>(),
  }),
  /** Shows a file that was saved in the system's file manager. */
  'images.reveal': channel({ input: z.strictObject({ path: z.string() }), output: type<void>() }),
}

import { z } from 'zod'
import { channel, type } from '#shared/ipc/channel.ts'

/** The kinds of files that the window makes itself. */
export const savedFormats = ['png', 'svg', 'csv'] as const
export type SavedFormat = (typeof savedFormats)[number]

export const fileChannels = {
  /** Asks for a path and writes there; answers it, or null when no path was chosen. */
  'files.save': channel({
    input: z.strictObject({
      format: z.enum(savedFormats),
      /** Without its ending; what a file system does not allow in it is replaced. */
      name: z.string().min(1).max(200),
      content: z.union([z.string(), z.instanceof(Uint8Array)]),
    }),
    output: type<string | null>(),
  }),
  /** Shows a file that was saved in the system's file manager. */
  'files.reveal': channel({ input: z.strictObject({ path: z.string() }), output: type<void>() }),
}

import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { CheckpointRecord } from '#shared/schemas/run.ts'
import { sampleMarkSchema } from '#shared/schemas/sample-mark.ts'
import type { SampleMark } from '#shared/schemas/sample-mark.ts'
import type { SampleOrigin } from '#shared/sample-origin.ts'
import { absolutePath, byId, channel, type } from '#shared/ipc/channel.ts'

/** Images of a sheet by their positions. */
const sampleImages = z.strictObject({
  id: z.string(),
  sample: z.string(),
  images: z.array(z.int().min(0)).min(1).max(4096),
})
export type SampleImages = z.infer<typeof sampleImages>

/** What is known of an image file of the app's. */
export interface OpenedSample {
  path: string
  origin: SampleOrigin
  /** The file's images at the run's size, in their order. */
  images: PixelBatch
  /** Name of the run as it is now; null when it is not in the history. */
  run: string | null
  /** The checkpoint with the weights of these samples; null when it is not kept. */
  checkpoint: CheckpointRecord | null
}

export const sampleFileChannels = {
  /** Asks where, then writes one PNG of an image, or a contact sheet of several. Answers its path; null when cancelled. */
  'samples.save': channel({ input: sampleImages, output: type<string | null>() }),
  /** The PNG of an image, or of a contact sheet of several, large enough to be pasted into a page. */
  'samples.png': channel({ input: sampleImages, output: type<Uint8Array>() }),
  /** Writes a PNG into a temporary folder and starts to drag it out of the window. */
  'samples.drag': channel({ input: sampleImages, output: type<void>() }),
  /** Where a file comes from; null when it is none of the app's. */
  'samples.open': channel({
    input: z.strictObject({ path: absolutePath(() => desktopText('input.file')) }),
    output: type<OpenedSample | null>(),
  }),
  /** What the user says of a run's samples. */
  'samples.marks': channel({ input: byId, output: type<SampleMark[]>() }),
  'samples.mark': channel({ input: z.strictObject({ mark: sampleMarkSchema }), output: type<void>() }),
}

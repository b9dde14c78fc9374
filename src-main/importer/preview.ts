import type { PixelBatch } from '#shared/schemas/image.ts'
import type { InFlightLog } from '../processes/in-flight-log.ts'
import { decode, readImage } from './decode.ts'
import type { Frame } from './decode.ts'
import { filesAtOnce } from './files-at-once.ts'
import { inOrder } from './in-order.ts'
import { openPathOf } from './list-files.ts'
import type { FoundFile } from './list-files.ts'
import { batchOf } from './progress.ts'

/** Files as an import with this frame packs them, in their order; those that cannot be read are left out. */
export async function preview(
  files: readonly FoundFile[],
  frame: Frame,
  inFlightLog: InFlightLog,
): Promise<PixelBatch> {
  const decoded = inOrder(files, {
    atOnce: filesAtOnce,
    work: async (file) => {
      const done = inFlightLog.begin(file.path)
      try {
        return await decode(await readImage(openPathOf(file)), frame)
      } catch {
        // The import names it, with the reason.
        return null
      } finally {
        done()
      }
    },
  })
  const images: Uint8Array[] = []
  for await (const image of decoded) if (image) images.push(image)
  return batchOf(images, frame.shape)
}

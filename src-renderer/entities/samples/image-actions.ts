import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'
import { beginDraggingOut } from '../../composables/dragging-out.ts'
import { useNotices } from '../../composables/notices.ts'
import { pngOf } from '../../ui/paint-image.ts'

/** An image that the user may save, copy or drag out. */
export interface NamedImage {
  batch: PixelBatch
  index: number
  /** The name of its file, without an ending. */
  name: string
}

/** One image of a batch alone, as a request takes it. */
function alone({ batch, index }: NamedImage): PixelBatch {
  const { height, width, channels } = batch
  const size = imageBytes(batch)
  return { height, width, channels, count: 1, pixels: batch.pixels.slice(index * size, (index + 1) * size) }
}

/** Longest side in pixels that a small image is enlarged to, so that it can be seen in other programs. */
const wantedSide = 512
const enlargementOf = ({ batch }: NamedImage) =>
  Math.max(1, Math.floor(wantedSide / Math.max(batch.width, batch.height)))

/** Saves, copies and drags out one image; errors become notices. */
export function useImageActions() {
  const notices = useNotices()

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      notices.addError(thrown)
    }
  }

  return {
    save: (image: NamedImage) =>
      attempt(async () => {
        const { name } = image
        const job = crypto.randomUUID()
        const enlarge = enlargementOf(image)
        await request('images.save', { format: 'png', images: alone(image), name, job, enlarge })
      }),
    copy: (image: NamedImage) =>
      attempt(async () => {
        const png = pngOf(image.batch, { index: image.index, enlarge: enlargementOf(image) })
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
      }),
    /** To be called by `dragstart`. */
    drag: (event: DragEvent, image: NamedImage) => {
      // Instead of the browser's own drag, which carries no file.
      event.preventDefault()
      beginDraggingOut()
      return attempt(() =>
        request('images.drag', { image: alone(image), enlarge: enlargementOf(image), name: image.name }),
      )
    },
  }
}

import { shallowRef, watchEffect } from 'vue'
import type { ShallowRef } from 'vue'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'
import type { ImageCache } from './image-cache.ts'

/** One image of a batch. */
export interface SlotImage {
  batch: PixelBatch
  index: number
}

/** What a dragged keyframe carries: its position. */
export const keyframeType = 'application/x-flowerbed-keyframe'

/** A chosen image as the run sees it; undefined for one of a dataset that was deleted. */
export function findSlotImage(
  end: InterpolationEnd,
  { runId, cache }: { runId: string; cache: ImageCache | null },
): Promise<SlotImage> | undefined {
  if (end.kind === 'dataset') return cache?.find(end.index)
  return request('latent.image', { id: runId, path: end.path }).then((batch) => ({ batch, index: 0 }))
}

/** The image that a slot shows: as the engine has encoded it once that is known, else as found for the current choice. */
export function useSlotImage(options: {
  end: () => InterpolationEnd | null
  original: () => SlotImage | null
  find: (end: InterpolationEnd) => Promise<SlotImage> | undefined
  /** Of an image that another place shows as well, which says why it cannot be shown. */
  quiet?: boolean
}): Readonly<ShallowRef<SlotImage | null>> {
  const { end, original, find, quiet = false } = options
  const notices = useNotices()
  const shown = shallowRef<SlotImage | null>(null)
  const latest = latestOnly()
  watchEffect(() => {
    const image = end()
    const known = original()
    const isLatest = latest.begin()
    shown.value = known
    if (known || !image) return
    find(image)?.then(
      (found) => {
        if (isLatest()) shown.value = found
      },
      (error: unknown) => {
        if (isLatest() && !quiet) notices.addError(error)
      },
    )
  })
  return shown
}

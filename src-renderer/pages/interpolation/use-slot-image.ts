import { shallowRef, watchEffect } from 'vue'
import type { ShallowRef } from 'vue'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'

/** One image of a batch. */
export interface SlotImage {
  batch: PixelBatch
  index: number
}

/** The image that a slot shows: as the engine has encoded it once that is known, else as found for the current choice. */
export function useSlotImage(options: {
  end: () => InterpolationEnd | null
  original: () => SlotImage | null
  find: (end: InterpolationEnd) => Promise<SlotImage> | undefined
}): Readonly<ShallowRef<SlotImage | null>> {
  const { end, original, find } = options
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
        if (isLatest()) notices.addError(error)
      },
    )
  })
  return shown
}

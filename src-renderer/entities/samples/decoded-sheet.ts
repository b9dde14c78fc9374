import { shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { sampleUrl } from '#shared/ipc.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'

/**
 * The sheet that is shown: the wanted one as soon as its image is decoded, until then the one before, so that a grid
 * changes in place and never blinks.
 */
export function useDecodedSheet(wanted: () => SampleRecord | null): Ref<SampleRecord | null> {
  const shown = shallowRef<SampleRecord | null>(null)
  watch(
    wanted,
    async (record) => {
      if (!record) {
        shown.value = null
        return
      }
      const image = new Image()
      image.src = sampleUrl(record)
      // A sheet that was deleted from outside is shown as an empty grid.
      await image.decode().catch(() => undefined)
      if (wanted() === record) shown.value = record
    },
    { immediate: true },
  )
  return shown
}

import { computedAsync } from '@vueuse/core'
import type { Ref } from 'vue'
import { sampleUrl } from '#shared/ipc.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'

/**
 * The sheet that is shown: the current one as soon as its image is decoded, until then the one before, so that a grid
 * changes in place and never blinks.
 */
export function useDecodedSheet(current: () => SampleRecord | null): Readonly<Ref<SampleRecord | null>> {
  return computedAsync(async () => {
    const record = current()
    if (!record) return null
    const image = new Image()
    image.src = sampleUrl(record)
    // A sheet whose file was deleted is shown as an empty grid.
    await image.decode().catch(() => undefined)
    return record
  }, null)
}

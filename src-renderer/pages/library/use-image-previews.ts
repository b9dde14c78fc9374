import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { ImportOptions, ScanReport } from '#shared/schemas/dataset.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'

/** Images are decoded again once typing has paused this long. */
const pauseMs = 150

/**
 * The first images of a scan as an import with these options packs them, so that a choice is seen before it is made; the
 * scan's own thumbnails until there are some.
 */
export function useImagePreviews(
  report: ScanReport,
  { options, count }: { options: () => ImportOptions | null; count: number },
): ShallowRef<PixelBatch> {
  const shown = shallowRef<PixelBatch>(report.thumbnails)
  const latest = latestOnly()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load({ width, height, channels, fit }: ImportOptions): Promise<void> {
    const isLatest = latest.begin()
    const shape = { width, height, channels }
    // Without an answer, what is shown stays.
    const batch = await request('datasets.preview', { scan: report.scan, count, shape, fit }).catch(
      () => null,
    )
    if (batch && batch.count > 0 && isLatest()) shown.value = batch
  }
  watch(
    options,
    (asked, before) => {
      clearTimeout(timer)
      if (asked) timer = setTimeout(() => void load(asked), before === undefined ? 0 : pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return shown
}

import { computed, onScopeDispose, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { DatasetContents } from '#shared/ipc.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useDatasets } from '../../entities/datasets/datasets-store.ts'

/** What is known of a dataset's images, and excluding some of them. */
export function useContents(id: string) {
  const datasets = useDatasets()
  const contents = shallowRef<DatasetContents | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const excluded = shallowRef<ReadonlySet<number>>(new Set())
  const latest = latestOnly()
  onScopeDispose(latest.drop)

  async function load(): Promise<void> {
    const isLatest = latest.begin()
    try {
      const found = await request('datasets.contents', { id })
      if (!isLatest()) return
      contents.value = found
      excluded.value = new Set(found.excluded)
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    }
  }

  async function setExcluded(images: number[], leaveOut: boolean): Promise<void> {
    const changed = images.filter((image) => excluded.value.has(image) !== leaveOut)
    if (changed.length === 0) return
    const before = excluded.value
    const next = new Set(before)
    for (const image of changed)
      if (leaveOut) next.add(image)
      else next.delete(image)
    excluded.value = next
    const stored = await datasets.exclude({ id, images: changed, excluded: leaveOut })
    // A notice has said why not.
    if (!stored && excluded.value === next) excluded.value = before
  }

  const hasSizes = computed(() => (contents.value?.width.length ?? 0) > 0)
  void load()
  return { contents, error, excluded, setExcluded, hasSizes, reload: load }
}

import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowReactive, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { ImportProgress } from '#shared/schemas/dataset.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'

/** What was found, by dataset, as long as the window is open: the images of a dataset never change. */
const useFound = defineStore('near-duplicates', () => ({
  byDataset: shallowReactive(new Map<string, number[][]>()),
}))

/** Looks for nearly identical images of a dataset; the search ends with the page, what it found stays. */
export function useDuplicates(id: string) {
  const notices = useNotices()
  const { byDataset } = useFound()
  const groups = computed(() => byDataset.get(id) ?? null)
  const progress = shallowRef<ImportProgress | null>(null)
  const job = shallowRef<string | null>(null)

  onScopeDispose(
    on('import', (event) => {
      if (event.job === job.value) progress.value = event.progress
    }),
  )
  onScopeDispose(() => void cancel())

  async function find(): Promise<void> {
    const mine = crypto.randomUUID()
    job.value = mine
    progress.value = null
    try {
      const found = await request('datasets.nearDuplicates', { id, job: mine })
      if (job.value === mine) byDataset.set(id, found)
    } catch (thrown) {
      if (job.value === mine && toFlowerbedError(thrown).kind !== 'cancelled') notices.addError(thrown)
    } finally {
      if (job.value === mine) job.value = null
    }
  }
  async function cancel(): Promise<void> {
    const running = job.value
    if (running === null) return
    await request('datasets.cancel', { job: running }).catch(() => undefined)
  }
  return { groups, progress, job, find, cancel }
}

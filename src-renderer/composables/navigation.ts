import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { LastPage, Page } from '#shared/schemas/last-page.ts'
import { request } from '../api/index.ts'

/** The current page and the selected run, experiment and dataset: the selection stays from page to page, all of it from launch to launch. */
export const useNavigation = defineStore('navigation', () => {
  const page = ref<Page>('library')
  const runId = ref<string | null>(null)
  const experimentId = ref<string | null>(null)
  const datasetId = ref<string | null>(null)

  const current = computed((): LastPage => ({
    ...{ page: page.value, runId: runId.value },
    ...{ experimentId: experimentId.value, datasetId: datasetId.value },
  }))
  /** Goes where the window was left, unless one has gone elsewhere meanwhile; what is deleted since is not selected. */
  async function restore(): Promise<void> {
    const isUnchanged = remember()
    const last = await request('app.lastPage')
    if (!last || !isUnchanged()) return
    page.value = last.page
    runId.value = last.runId
    experimentId.value = last.experimentId
    datasetId.value = last.datasetId
  }
  // At once, so that quitting right after counts. Where it cannot be stored the next launch begins in the library, which is not worth a message.
  const keep = (last: LastPage) => request('app.setLastPage', last).catch(() => undefined)
  watch(current, keep)

  function go(to: Page): void {
    page.value = to
  }

  function openRun(id: string, on: Page = 'run'): void {
    runId.value = id
    page.value = on
  }

  function openExperiment(id: string): void {
    experimentId.value = id
    page.value = 'experiment'
  }

  function openDataset(id: string): void {
    datasetId.value = id
    page.value = 'dataset'
  }

  /** Remembers page and selection; the returned function says whether they are unchanged. */
  function remember(): () => boolean {
    const before = [page.value, runId.value, experimentId.value].join()
    return () => before === [page.value, runId.value, experimentId.value].join()
  }

  return { page, runId, experimentId, datasetId, restore, go, openRun, openExperiment, openDataset, remember }
})

import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Page } from '#shared/ipc.ts'

/** The current page and the selected run, experiment and dataset; the selection stays from page to page. */
export const useNavigation = defineStore('navigation', () => {
  const page = ref<Page>('library')
  const runId = ref<string | null>(null)
  const experimentId = ref<string | null>(null)
  const datasetId = ref<string | null>(null)

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

  return { page, runId, experimentId, datasetId, go, openRun, openExperiment, openDataset, remember }
})

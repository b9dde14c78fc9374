import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Page } from '#shared/ipc.ts'

/** Where the window is and what is selected; the selection stays from page to page. */
export const useNavigation = defineStore('navigation', () => {
  const page = ref<Page>('library')
  const runId = ref<string | null>(null)
  const experimentId = ref<string | null>(null)
  const datasetId = ref<string | null>(null)

  function go(to: Page): void {
    page.value = to
  }

  function openRun(id: string, at: Page = 'run'): void {
    runId.value = id
    page.value = at
  }

  function openExperiment(id: string): void {
    experimentId.value = id
    page.value = 'experiment'
  }

  /** Remembers where the window is; the answer says whether it is still there. */
  function stay(): () => boolean {
    const before = [page.value, runId.value, experimentId.value].join()
    return () => before === [page.value, runId.value, experimentId.value].join()
  }

  return { page, runId, experimentId, datasetId, go, openRun, openExperiment, stay }
})

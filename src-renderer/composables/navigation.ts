import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Place } from '#shared/ipc.ts'

/** Where the window is and what is selected; the selection stays from place to place. */
export const useNavigation = defineStore('navigation', () => {
  const place = ref<Place>('library')
  const runId = ref<string | null>(null)
  const experimentId = ref<string | null>(null)
  const datasetId = ref<string | null>(null)

  function go(to: Place): void {
    place.value = to
  }

  function openRun(id: string, at: Place = 'run'): void {
    runId.value = id
    place.value = at
  }

  function openExperiment(id: string): void {
    experimentId.value = id
    place.value = 'experiment'
  }

  /** Remembers where the window is; the answer says whether it is still there. */
  function stay(): () => boolean {
    const before = [place.value, runId.value, experimentId.value].join()
    return () => before === [place.value, runId.value, experimentId.value].join()
  }

  return { place, runId, experimentId, datasetId, go, openRun, openExperiment, stay }
})

import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { defaultLibraryView } from '#shared/schemas/library-view.ts'
import type { LibraryView } from '#shared/schemas/library-view.ts'
import { request } from '../../api/index.ts'
import { keptView } from '../../composables/kept-view.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'
import { useDatasets } from '../../entities/datasets/datasets-store.ts'
import { useRunExtras } from '../../entities/runs/run-extras.ts'
import { useRuns } from '../../entities/runs/runs-store.ts'
import { filterRuns, showsDataset } from './run-filter.ts'
import type { Found } from './run-filter.ts'

/** What the library shows of runs and datasets: filter, columns and order, kept from launch to launch. */
export const useLibrary = defineStore('library', () => {
  const runs = useRuns()
  const datasets = useDatasets()
  const extras = useRunExtras()
  const notices = useNotices()
  const { view, loaded, load, change } = keptView<LibraryView>({
    initial: defaultLibraryView,
    read: () => request('library.view'),
    store: (chosen) => request('library.setView', chosen),
  })
  const found = shallowRef<{ runs: Found; datasets: Found }>({ runs: null, datasets: null })
  const latest = latestOnly()

  /** What a search depends on; not looked at without one, since runs in training change all the time. */
  const searched = computed(() => {
    const text = view.value.text.trim()
    if (text === '') return ''
    const described = [...runs.runs, ...datasets.datasets].map(({ name, note, tags }) => [
      name,
      note,
      ...tags,
    ])
    return JSON.stringify([text, described])
  })
  async function search(): Promise<void> {
    const isLatest = latest.begin()
    const text = view.value.text.trim()
    if (text === '') {
      found.value = { runs: null, datasets: null }
      return
    }
    try {
      const ids = await request('library.search', { text })
      if (isLatest()) found.value = { runs: new Set(ids.runs), datasets: new Set(ids.datasets) }
    } catch (error) {
      notices.addError(error)
    }
  }
  watch(searched, search)

  const isFiltered = computed(() => {
    const { text, starred, tag, status } = view.value
    return text.trim() !== '' || starred || tag !== null || status !== null
  })
  const shownRuns = computed(() =>
    filterRuns(runs.runs, { view: view.value, found: found.value.runs, numbers: extras }),
  )
  const shownDatasets = computed(() =>
    datasets.datasets.filter((dataset) => showsDataset(dataset, view.value, found.value.datasets)),
  )
  /** Of all runs and datasets, and the one chosen. */
  const tags = computed(() => {
    const { tag } = view.value
    const all = [...runs.runs, ...datasets.datasets].flatMap((one) => one.tags)
    return [...new Set(tag === null ? all : [...all, tag])].sort((a, b) => a.localeCompare(b))
  })

  const showAll = () => change({ text: '', starred: false, tag: null, status: null })

  return { view, loaded, load, change, showAll, isFiltered, shownRuns, shownDatasets, tags }
})

import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useNotices } from '../../composables/notices.ts'
import { useDatasets } from '../datasets/datasets-store.ts'
import { useImport } from '../datasets/import-store.ts'
import { useRuns } from '../runs/runs-store.ts'

export const tourSteps = ['import', 'train', 'sample'] as const
export type TourStep = (typeof tourSteps)[number]

/** The tour: from the demo images to samples, in the dialogs and pages that are used for one's own images too. */
export const useTour = defineStore('tour', () => {
  const navigation = useNavigation()
  const notices = useNotices()
  const datasets = useDatasets()
  const runs = useRuns()
  const importing = useImport()
  /** When it was started; null while there is none. */
  const startedAt = shallowRef<number | null>(null)

  const since = <T extends { createdAt: number }>(records: readonly T[]): T | null =>
    records.find(({ createdAt }) => startedAt.value !== null && createdAt >= startedAt.value) ?? null
  const run = computed(() => since(runs.runs))
  /** The demo images where they were imported before. */
  const known = shallowRef<DatasetRecord | null>(null)
  const dataset = computed(() =>
    importing.phase === 'ready' ? importing.dataset : (since(datasets.datasets) ?? known.value),
  )
  /** Follows what is there, so that a dialog that was closed loses nothing; null without a tour. */
  const step = computed((): TourStep | null => {
    if (startedAt.value === null) return null
    if (run.value) return 'sample'
    return dataset.value || importing.phase === 'options' ? 'train' : 'import'
  })

  function end(): void {
    startedAt.value = null
  }

  /** Does what the present step asks for; the last one ends the tour. */
  function go(): void {
    if (run.value) {
      navigation.openRun(run.value.id, 'gallery')
      end()
    } else if (dataset.value) importing.prepareTraining(dataset.value)
    else void importing.scanDemo()
  }

  async function start(): Promise<void> {
    try {
      const { demoFolder } = await request('app.info')
      known.value = await request('datasets.ofPaths', { paths: [demoFolder] })
      startedAt.value = Date.now()
      go()
    } catch (error) {
      notices.addError(error)
    }
  }

  return { step, start, go, end }
})
